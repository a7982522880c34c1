/**
 * What a span costs in all, as a multiple of what its end costs: `COST_RATIO` of src/sample/overhead-budget.ts, by which
 * the setting `maxOverhead` makes its estimate. Run after a build: `node bench/micro/cost-ratio.mjs [runs]`.
 *
 * Each application runs bare, with the agent, and with a budget that it must pass. CPU time of the first two is the real
 * share of tracing; the third tells its own estimate, and both together the ratio that would have made it right.
 */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { closedLoop, connections, exchange } from '../load.mjs';

const WARM_UP = 9_600;
const REQUESTS = 20_000;
const CONNECTIONS = 16;

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const source = readFileSync(path('../../src/sample/overhead-budget.ts'), 'utf8');
const ratio = Number(/^const COST_RATIO = ([\d.]+);/m.exec(source)[1]);

const listens = `
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
globalThis[Symbol.for('tracing-agent.listener')] = (code, { overhead }) => {
  if (code === 'TA_OVERLOAD') process.send({ overhead: Number(overhead) });
};
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpu: user + system });
});
process.on('disconnect', () => process.exit());`;
const applications = {
  'http, a span a request': {
    script: `const server = require('node:http').createServer((_, response) => response.end('hello'));${listens}`,
  },
  'Express with detail, 5 spans a request': {
    script: `const application = require('express')();
      for (let i = 0; i < 3; i++) application.use((request, response, next) => next());
      application.get('/', (request, response) => response.end('hello'));
      const server = require('node:http').createServer(application);${listens}`,
    env: { TRACING_AGENT_DETAIL: 'middleware' },
  },
  '10 spans of the application a request': {
    script: `const { trace } = require('@opentelemetry/api');
      const tracer = trace.getTracer('bench');
      const step = (span) => { span.setAttribute('step', 1); span.setAttribute('kind', 'small'); span.end(); };
      const server = require('node:http').createServer((_, response) => {
        for (let i = 0; i < 10; i++) tracer.startActiveSpan('step', step);
        response.end('hello');
      });${listens}`,
  },
};

const agent = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
agent.on('message', () => {});
agent.bind(0, '127.0.0.1');
await once(agent, 'listening');

const runs = Number(process.argv[2] ?? 5);
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
for (const [name, application] of Object.entries(applications)) {
  const [bare, traced, ratios] = [[], [], []];
  for (let run = 0; run < runs; run++) {
    bare.push(await start(application, false, (child, load) => cpuOf(child, load)));
    traced.push(await start(application, true, (child, load) => cpuOf(child, load)));
    let estimate;
    while (estimate === undefined)
      estimate = await start(application, true, estimateOf, { TRACING_AGENT_MAX_OVERHEAD: '0.01' });
    ratios.push(((traced[run] - bare[run]) / traced[run] / estimate) * 100 * ratio);
  }
  const all = ratios.map((each) => each.toFixed(1)).join(' ');
  const times = `bare ${median(bare).toFixed(1)} µs CPU a request, traced ${median(traced).toFixed(1)}`;
  console.log(`${name}: ${median(ratios).toFixed(1)} times its end in the median (${all}); ${times}`);
}
agent.close();

/** Starts the application, has it measured, and ends it. */
async function start({ script, env = {} }, isTraced, measure, more = {}) {
  const preload = isTraced ? ['-r', path('../../register.js')] : [];
  const child = spawn(process.execPath, [...preload, '-e', script], {
    cwd: path('..'),
    env: {
      ...process.env,
      OTEL_SERVICE_NAME: 'bench',
      TRACING_AGENT_AGENT_HOST: '127.0.0.1',
      TRACING_AGENT_AGENT_PORT: String(agent.address().port),
      TRACING_AGENT_LOG_LEVEL: 'error',
      ...env,
      ...more,
    },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [{ port }] = await once(child, 'message');
  const all = await connections(port, CONNECTIONS);
  const load = (requests) => closedLoop(all, [exchange('/', 'hello')], requests);
  try {
    return await measure(child, load);
  } finally {
    for (const each of all) each.close();
    child.disconnect();
    await once(child, 'exit');
  }
}

/** Microseconds of CPU time a request. */
async function cpuOf(child, load) {
  await load(WARM_UP);
  const before = await ask(child);
  await load(REQUESTS);
  return ((await ask(child)) - before) / REQUESTS;
}

async function ask(child) {
  child.send('state');
  const [{ cpu }] = await once(child, 'message');
  return cpu;
}

/** Percent of the loop's active time, by the agent itself; undefined where it spoke before all was warm. */
async function estimateOf(child, load) {
  let overhead;
  child.once('message', (message) => {
    overhead = message.overhead;
  });
  // Little at a time: of a loop that mostly waits nothing is said, and code that isn't compiled yet costs more.
  for (let burst = 0; burst < 64; burst++) {
    await load(WARM_UP / 64);
    await delay(100);
  }
  if (overhead !== undefined) return undefined;
  while (overhead === undefined) await load(2_000);
  return overhead;
}
