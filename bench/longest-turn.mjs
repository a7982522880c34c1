/**
 * How long the agent holds the event loop at a time while a burst of 10,000 spans of one tick leaves, in milliseconds of
 * CPU of the whole process for each turn after the tick, over UDP and HTTP: `node bench/longest-turn.mjs [runs]`.
 * The aim is 10 ms at most.
 */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

const register = fileURLToPath(new URL('../register.js', import.meta.url));
const script = `
const { trace } = require('@opentelemetry/api');
const tracer = trace.getTracer('burst');
function burst(count) {
  for (let index = 0; index < count; index++) {
    const attributes = { a: 'x'.repeat(100), b: index, c: true, d: 'y'.repeat(60), e: 1, f: 'z', g: 2 };
    tracer.startSpan('operation ' + (index % 7), { attributes }).end();
  }
}
burst(2_000);
setTimeout(() => {
  burst(10_000);
  let most = 0;
  let before = process.cpuUsage();
  const begun = performance.now();
  (function turn() {
    setImmediate(() => {
      const now = process.cpuUsage();
      most = Math.max(most, (now.user + now.system - before.user - before.system) / 1e3);
      before = now;
      if (performance.now() - begun < 1_500) turn();
      else console.log(most);
    });
  })();
}, 300);
`;

const runs = Number(process.argv[2] ?? 5);
const agent = createSocket('udp4');
agent.on('message', () => {});
agent.bind(0, '127.0.0.1');
await once(agent, 'listening');
const collector = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(202).end());
});
collector.listen(0, '127.0.0.1');
await once(collector, 'listening');

const ways = {
  UDP: { TRACING_AGENT_AGENT_HOST: '127.0.0.1', TRACING_AGENT_AGENT_PORT: String(agent.address().port) },
  HTTP: { TRACING_AGENT_ENDPOINT: `http://127.0.0.1:${collector.address().port}/api/traces` },
};
const longest = { UDP: [], HTTP: [] };
for (let run = 0; run < runs; run++) {
  for (const [way, env] of Object.entries(ways)) {
    const child = spawn(process.execPath, ['-r', register, '-e', script], {
      env: { ...process.env, ...env, TRACING_AGENT_SKIP: 'false' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (text) => {
      said += text;
    });
    await once(child, 'close');
    longest[way].push(Number(said));
  }
}
agent.close();
collector.close();
for (const [way, values] of Object.entries(longest)) {
  values.sort((a, b) => a - b);
  const [median, most] = [values[values.length >> 1], values.at(-1)];
  console.log(
    `${way}: longest turn ${median.toFixed(1)} ms in the median of ${runs} runs, ${most.toFixed(1)} at most`,
  );
}
