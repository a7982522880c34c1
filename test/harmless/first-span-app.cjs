// An application whose first request, and with it its first span, meets what the first argument says.
const http = require('node:http');
const fs = require('node:fs');
const { context, trace, ROOT_CONTEXT, createContextKey } = require('@opentelemetry/api');

const { readdirSync, renameSync } = fs;
const [, , how, dist] = process.argv;
const fakes = [];
const hidden = () => readdirSync(dist).filter((file) => /^(traced|sent)\.js/.test(file));

const before = {
  'a fake clock': () => {
    const fake = (name) => () => fakes.push(name);
    globalThis.setTimeout = fake('setTimeout');
    globalThis.clearTimeout = fake('clearTimeout');
    Date.now = () => 1_000;
    Object.defineProperty(performance, 'now', { value: () => 1, configurable: true });
  },
  'files that are gone': () => {
    for (const file of hidden()) renameSync(`${dist}/${file}`, `${dist}/${file}.away`);
  },
  'an fs that traces itself': () => {
    const { readFileSync, openSync } = fs;
    const traced = (name, original) =>
      function (...args) {
        const span = trace.getTracer('fs').startSpan(name);
        try {
          return context.with(trace.setSpan(context.active(), span), () => original.apply(this, args));
        } finally {
          span.end();
        }
      };
    fs.readFileSync = traced('readFileSync', readFileSync);
    fs.openSync = traced('openSync', openSync);
  },
};

const server = http.createServer((_request, response) => {
  fs.readFileSync(__filename);
  response.end('answered');
});
const ask = () =>
  new Promise((resolve, reject) => {
    const request = http.get({ ...server.address(), agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk)).on('end', () => resolve(text));
    });
    request.on('error', reject);
  });

server.listen(0, '127.0.0.1', async () => {
  before[how]();
  console.log(await ask());
  if (how === 'files that are gone') {
    // What the API answers meanwhile is what it does without an SDK.
    const key = createContextKey('key');
    const within = context.active().setValue(key, 1);
    console.log(
      context.with(within, (a) => a + 1, undefined, 1),
      within.getValue(key),
      within.deleteValue(key).getValue(key),
    );
    console.log(trace.getSpan(context.active()) === undefined, ROOT_CONTEXT !== undefined);
    const kept = trace.getTracer('kept');
    const unseen = kept.startSpan('unseen');
    unseen.setAttribute('a', 1).addEvent('b').end();
    console.log(
      unseen.isRecording(),
      kept.startActiveSpan('unseen too', (span) => span.spanContext().traceId),
    );
    for (const file of hidden()) renameSync(`${dist}/${file}`, `${dist}/${file.replace('.away', '')}`);
    let seen = kept.startSpan('seen');
    for (; !seen.isRecording(); seen = kept.startSpan('seen'))
      await new Promise((resolve) => setTimeout(resolve, 20));
    seen.end();
    console.log(await ask());
  }
  if (how === 'a fake clock') console.log(fakes.join());
  server.close();
});
