// Uses a cluster of two nodes on the ports in CLUSTER_PORTS.
const redis = require(process.env.LIBRARY || 'redis');
const { below: part } = require('../../support/parts.cjs');

const ports = process.env.CLUSTER_PORTS.split(',').map(Number);

async function main() {
  const rootNodes = ports.map((port) => ({ socket: { host: '127.0.0.1', port } }));
  const cluster = redis.createCluster({ rootNodes });
  await part('connect', () => cluster.connect());
  await part('commands', async () => {
    for (let at = 0; at < 4; at++) await cluster.set(`canary:${at}`, 'canary');
  });
  await part('transaction', () => cluster.multi().incr('{canary}n').incr('{canary}n').exec());
  await (cluster.close ? cluster.close() : cluster.quit());
}
main();
