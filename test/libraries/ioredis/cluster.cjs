// Uses a cluster of two nodes on the ports in CLUSTER_PORTS, from before it is connected.
const Redis = require(process.env.LIBRARY || 'ioredis');
const { below: part } = require('../../support/parts.cjs');

const ports = process.env.CLUSTER_PORTS.split(',').map(Number);

async function main() {
  const cluster = new Redis.Cluster(ports.map((port) => ({ host: '127.0.0.1', port })));
  await Promise.all([
    part('offline', () => cluster.set('canary:a', 'canary')),
    part('offline multi', () => cluster.multi().set('{canary}a', '1').get('{canary}a').exec()),
    part('offline pipeline', () => cluster.pipeline().set('{canary}a', '1').get('{canary}a').exec()),
  ]);
  await part('commands', async () => {
    for (let at = 0; at < 4; at++) await cluster.set(`canary:${at}`, 'canary');
  });
  await part('redirected', async () => {
    // Makes the client believe that the other node serves every slot, so that one of two keys is redirected.
    for (let slot = 0; slot < 16384; slot++) cluster.slots[slot] = [`127.0.0.1:${ports[0]}`];
    await cluster.get('canary:a');
    for (let slot = 0; slot < 16384; slot++) cluster.slots[slot] = [`127.0.0.1:${ports[1]}`];
    await cluster.get('canary:a');
  });
  await part('transaction', () => cluster.multi().incr('{canary}n').incr('{canary}n').exec());
  cluster.disconnect();
}
main();
