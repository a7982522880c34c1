// `npm run demo`: runs the shop and the stock service under the agent, sends requests, shows the traces:
// in Jaeger where one listens, else through a receiver of our own that prints them here.
const { spawn } = require('node:child_process');
const path = require('node:path');
const { createReceiver, formatTrace, fromJaegerJson, groupByTrace } = require('../../dist/viewer.js');
const { postgres, redis, reachable } = require('./services.js');

const REGISTER = path.join(__dirname, '..', '..', 'register.js');
const JAEGER = process.env.JAEGER_HOST ?? '127.0.0.1';
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

async function prepareDatabase(env) {
  const { Client } = require('pg');
  const client = new Client({
    host: env.PGHOST,
    port: Number(env.PGPORT),
    user: env.PGUSER,
    database: env.PGDATABASE,
    password: env.PGPASSWORD,
  });
  await client.connect();
  await client.query('CREATE TABLE IF NOT EXISTS shop_products (id text PRIMARY KEY, price int NOT NULL)');
  await client.query('CREATE TABLE IF NOT EXISTS shop_orders (product text NOT NULL, price int NOT NULL)');
  await client.query(
    "INSERT INTO shop_products VALUES ('mug', 9), ('shirt', 19), ('teapot', 29) ON CONFLICT (id) DO NOTHING",
  );
  await client.end();
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
    const jaeger = await reachable(JAEGER, QUERY_PORT);
    const receiver = jaeger ? undefined : await createReceiver({ port: 0 });
    if (receiver) stops.push(() => receiver.close());
    console.log(
      jaeger
        ? `Jaeger answers at http://${JAEGER}:${QUERY_PORT}: the traces go there.`
        : `No Jaeger at http://${JAEGER}:${QUERY_PORT}: a receiver of the demo takes its place.`,
    );
    const agent = {
      TRACING_AGENT_AGENT_HOST: JAEGER,
      TRACING_AGENT_AGENT_PORT: String(receiver ? receiver.port : 6831),
    };

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

    const traces = receiver ? groupByTrace(await receiver.spans()) : await tracesFromJaeger(since);
    console.log(`\n${traces.length} traces:`);
    for (const trace of traces) console.log(`\n${formatTrace(trace)}`);
    if (jaeger) console.log(`\nSee them at http://${JAEGER}:${QUERY_PORT}/search?service=shop`);
    if (traces.length < REQUESTS.length) throw new Error(`expected ${REQUESTS.length} traces`);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** The traces that Jaeger's query API gives: it stores a moment after it received, so ask until nothing more comes. */
async function tracesFromJaeger(since) {
  const window = `start=${since * 1000}&end=${(Date.now() + 60_000) * 1000}`;
  const url = `http://${JAEGER}:${QUERY_PORT}/api/traces?service=shop&${window}&limit=20`;
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
