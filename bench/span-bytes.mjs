// Bytes of a span on the wire, of the shop in examples/: what leaves its processes, measured at a UDP socket.
//   node bench/span-bytes.mjs        needs PostgreSQL and Redis, or brings its own, as the demo does
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { register } from 'tsx/cjs/api';

// The source is TypeScript.
register();
const require = createRequire(import.meta.url);
const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const { decodeEmitBatch } = require('../src/thrift/batch-decoder.ts');
/** Of a UDP packet, before its content: IPv4 and UDP. */
const HEADERS = 28;

/** @param concurrent requests at a time: the more, the fuller the packets */
export async function measureSpanBytes({ requests, concurrent }) {
  const { postgres, prepareDatabase, redis } = require('../examples/shop/services.js');
  const stops = [];
  try {
    const database = await postgres();
    stops.push(database.stop);
    const cache = await redis();
    stops.push(cache.stop);
    await prepareDatabase(database.env);
    const socket = createSocket({ type: 'udp4', recvBufferSize: 8 << 20 }).bind(0, '127.0.0.1');
    await once(socket, 'listening');
    stops.push(() => socket.close());
    const packets = [];
    socket.on('message', (packet) => packets.push(packet));
    const env = { ...database.env, ...cache.env, TRACING_AGENT_AGENT_HOST: '127.0.0.1' };
    env.TRACING_AGENT_AGENT_PORT = String(socket.address().port);
    const stock = await start('stock', env);
    stops.push(stock.stop);
    const shop = await start('shop', { ...env, STOCK_URL: stock.url });
    stops.push(shop.stop);
    for (let done = 0; done < requests; done += concurrent)
      await Promise.all(
        Array.from({ length: concurrent }, async (_, at) => {
          const response = await fetch(`${shop.url}/orders/${['mug', 'shirt'][at % 2]}`);
          if (!response.ok) throw new Error(`the shop answered ${response.status}: ${await response.text()}`);
        }),
      );
    await shop.stop();
    await stock.stop();
    await drained(packets);
    const spans = packets.reduce((sum, packet) => sum + decodeEmitBatch(packet).spans.length, 0);
    const bytes = packets.reduce((sum, packet) => sum + packet.length, 0);
    return {
      requests,
      spansPerRequest: spans / requests,
      packets: packets.length,
      bytesPerSpan: bytes / spans,
      bytesPerSpanWithHeaders: (bytes + packets.length * HEADERS) / spans,
    };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function drained(packets) {
  for (let seen = -1; seen !== packets.length; await delay(200)) seen = packets.length;
}

async function start(name, env) {
  const child = spawn(
    process.execPath,
    ['-r', join(repository, 'register.js'), join(repository, `examples/shop/${name}.js`)],
    {
      env: { ...process.env, ...env, OTEL_SERVICE_NAME: name },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const exited = once(child, 'exit');
  const [text] = await once(child.stdout, 'data');
  const port = /listening (\d+)/.exec(String(text))?.[1];
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await exited;
    },
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  console.log(JSON.stringify(await measureSpanBytes({ requests: 1000, concurrent: 20 }), undefined, 2));
