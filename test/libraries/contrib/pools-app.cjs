// dataloader, generic-pool and lru-memoizer in one process, each within a span of the application's own.
const { context, trace } = require('@opentelemetry/api');
const DataLoader = require('dataloader');
const { createPool } = require('generic-pool');
const memoizer = require('lru-memoizer');

const tracer = trace.getTracer('pools');
const inSpan = (name, work) => tracer.startActiveSpan(name, (span) => work().finally(() => span.end()));
const active = () => trace.getSpan(context.active())?.name;

async function main() {
  const loader = new DataLoader(async (keys) => keys.map((key) => `${key}!`));
  const loaded = await inSpan('load', () => loader.load('mug'));
  const pool = createPool({ create: async () => ({}), destroy: async () => {} });
  await inSpan('pool', async () => pool.release(await pool.acquire()));
  await pool.drain();
  await pool.clear();
  const memoized = memoizer({
    load: (key, done) => setImmediate(done, null, key),
    hash: (key) => key,
    max: 10,
  });
  const ask = (name) =>
    inSpan(name, () => new Promise((resolve) => memoized('mug', () => resolve(active()))));
  // Both wait for one load, and each is called back where it asked.
  console.log(JSON.stringify({ loaded, asked: await Promise.all([ask('first'), ask('second')]) }));
}
main();
