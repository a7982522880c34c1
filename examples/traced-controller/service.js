// One of the services that the controller calls, faked: it waits as long as the real call would, and fails now and then.
// `node service.js redis` answers POST /getOrg?wait=10&attempt=1 with 204, or with 500 "randomly failed".
const http = require('node:http');
const { setTimeout: delay } = require('node:timers/promises');
const { SpanStatusCode, trace } = require('@opentelemetry/api');

const tracer = trace.getTracer('traced-controller');
const name = process.argv[2] ?? 'service';
const seed = Number(process.env.SEED ?? 1);
// The share of calls that fail; Kooper's example fails one call in seven.
const failures = Number(process.env.FAILURES ?? 1 / 7);
// Everything faster or slower; tests use less.
const speed = Number(process.env.SPEED ?? 1);

/** The same for the same seed, whatever the order of the calls: 0 to 1. */
function chance(text) {
  let hash = 2166136261 ^ seed;
  for (const character of text) hash = Math.imul(hash ^ character.codePointAt(0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 16), 2246822507);
  hash = Math.imul(hash ^ (hash >>> 13), 3266489909);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** What an operation does inside of its own span, after it has waited: other operations of the same service. */
const STEPS = {
  ensureAWSResources: [
    ['getEc2List', 672],
    ['getALBs', 232],
    ['linkSGInALB', 157],
  ],
};

/** One operation in a span of its own. Rejects when it, or one of its steps, failed. */
function perform(operation, wait, attempt) {
  return tracer.startActiveSpan(operation, async (span) => {
    try {
      await delay(wait / speed);
      if (chance(`${name} ${operation} ${attempt}`) < failures) throw new Error('randomly failed');
      for (const [step, time] of STEPS[operation] ?? []) await perform(step, time, attempt);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

const server = http.createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://service');
  perform(pathname.slice(1), Number(searchParams.get('wait')), searchParams.get('attempt')).then(
    () => response.writeHead(204).end(),
    (error) => response.writeHead(500).end(error.message),
  );
});

server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () =>
  console.log(`listening ${server.address().port}`),
);
process.on('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});
