// `npm run demo`: runs the shop and the stock service under the agent, sends requests, shows the traces: here, and in a
// browser by the viewer that comes with the agent. With JAEGER_HOST set they go to the Jaeger there instead.
const { spawn } = require('node:child_process');
const path = require('node:path');
const { formatTrace, fromJaegerJson, groupByTrace, startViewer } = require('../../dist/viewer.js');
const { postgres, prepareDatabase, redis } = require('./services.js');

const REGISTER = path.join(__dirname, '..', '..', 'register.js');
const QUERY_PORT = 16686;
const REQUESTS = ['mug', 'mug', 'shirt', 'teapot', 'unicorn'];

/** Starts one service with the agent preloaded; gives its port and a way to stop it. */
function start(file, env) {
  const child = spawn(process.execPath, ['-r', REGISTER, path.join(__dirname, file)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.on('exit', resolve));
  const listening = new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => {
      const port = /listening (\d+)/.exec(String(text))?.[1];
      if (port) resolve(port);
    });
    exited.then((code) => reject(new Error(`${file} ended with code ${code} before it listened`)));
  });
  return {
    listening,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function main() {
  const stops = [];
  try {
    const database = await postgres();
    stops.push(database.stop);
    const cache = await redis();
    stops.push(cache.stop);
    console.log(`The shop uses ${database.name} and ${cache.name}.`);
    await prepareDatabase(database.env);

    const since = Date.now();
    const { page, agent, stop } = await traceStore();
    stops.push(stop);
    console.log(`The traces go to ${page}.`);

    const stock = start('stock.js', { ...agent, ...database.env, OTEL_SERVICE_NAME: 'stock' });
    const stockUrl = `http://127.0.0.1:${await stock.listening}`;
    const shop = start('shop.js', {
      ...agent,
      ...database.env,
      ...cache.env,
      STOCK_URL: stockUrl,
      OTEL_SERVICE_NAME: 'shop',
    });
    const shopUrl = `http://127.0.0.1:${await shop.listening}`;
    console.log(`\nnode -r tracing-agent/register shop.js    listens at ${shopUrl}`);
    console.log(`node -r tracing-agent/register stock.js   listens at ${stockUrl}\n`);
    for (const product of REQUESTS) {
      const response = await fetch(`${shopUrl}/orders/${product}`);
      console.log(`GET /orders/${product} → ${response.status} ${await response.text()}`);
    }
    await shop.stop();
    await stock.stop();

    const traces = await tracesFrom(page, since);
    console.log(`\n${traces.length} traces:`);
    for (const trace of traces) console.log(`\n${formatTrace(trace)}`);
    if (traces.length < REQUESTS.length) throw new Error(`expected ${REQUESTS.length} traces`);
    console.log(`\nSee them at ${page}/search?service=shop`);
    // A script waits for nobody.
    if (!process.env.JAEGER_HOST && process.stdin.isTTY && process.stdout.isTTY) await interrupted();
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** Where the traces go: the address of the page, the agent's settings, and how to stop what was started. */
async function traceStore() {
  const jaeger = process.env.JAEGER_HOST;
  if (jaeger) {
    const agent = { TRACING_AGENT_AGENT_HOST: jaeger, TRACING_AGENT_AGENT_PORT: '6831' };
    return { page: `http://${jaeger}:${QUERY_PORT}`, agent, stop: async () => {} };
  }
  const options = {
    compactPort: 0,
    binaryPort: false,
    httpPort: false,
    otlpPort: false,
    samplingPort: false,
  };
  const viewer = await startViewer(options).catch((error) => {
    // A Jaeger or another viewer has the usual port of the page.
    if (error.code !== 'EADDRINUSE') throw error;
    return startViewer({ ...options, queryPort: 0 });
  });
  const agent = {
    TRACING_AGENT_AGENT_HOST: '127.0.0.1',
    TRACING_AGENT_AGENT_PORT: viewer.addresses.compact.split(':').at(-1),
  };
  return { page: viewer.addresses.query, agent, stop: () => viewer.close() };
}

function interrupted() {
  console.log('The page stays until Ctrl+C.');
  return new Promise((resolve) => process.once('SIGINT', resolve));
}

/** What the query API gives; Jaeger stores a moment after it received, so ask until nothing more comes. */
async function tracesFrom(page, since) {
  const window = `start=${since * 1000}&end=${(Date.now() + 60_000) * 1000}`;
  const url = `${page}/api/traces?service=shop&${window}&limit=20`;
  let traces = [];
  let spans = -1;
  for (let attempt = 0; attempt < 20; attempt++) {
    const { data } = await (await fetch(url)).json();
    traces = (data ?? []).map(fromJaegerJson);
    const found = traces.flat().length;
    if (traces.length >= REQUESTS.length && found === spans) break;
    spans = found;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  return groupByTrace(traces.flat());
}

main().catch((error) => {
  console.error(`The demo failed: ${error.stack ?? error}`);
  process.exitCode = 1;
});
