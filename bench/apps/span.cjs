// Starts and ends spans of seven attributes through the tracer that an application would take, so many to a trace, at
// a pace that no queue overflows at.
const { trace, ROOT_CONTEXT, SpanKind } = require('@opentelemetry/api');
const { listening } = require('./measured.cjs');
const attributes = require('./seven-attributes.cjs');

const datadog = globalThis[Symbol.for('dd-trace')] && require(process.env.BENCH_DATADOG);
const tracer = trace.getTracer('bench', '1.0.0');
const begin =
  datadog === undefined
    ? (id, parent) =>
        tracer.startSpan('GET /users/:id', { kind: SpanKind.SERVER, attributes: attributes(id) }, parent)
    : (id, parent) => datadog.startSpan('GET /users/:id', { tags: attributes(id), childOf: parent });
const under = (span) => (datadog === undefined ? trace.setSpan(ROOT_CONTEXT, span) : span.context());
const top = datadog === undefined ? ROOT_CONTEXT : undefined;

process.on('message', ({ spans, aTrace, aTurn, pause }) => {
  if (spans === undefined) return;
  let ended = 0;
  let parent = top;
  let root;
  const turn = () => {
    for (const until = Math.min(spans, ended + aTurn); ended < until; ended++) {
      const span = begin(ended, parent);
      if (root !== undefined) span.end === undefined ? span.finish() : span.end();
      else {
        root = span;
        parent = under(span);
      }
      // The root ends last, as a request's does.
      if (ended % aTrace === aTrace - 1) {
        root.end === undefined ? root.finish() : root.end();
        root = undefined;
        parent = top;
      }
    }
    if (ended < spans) setTimeout(turn, pause);
    else process.send({ ended });
  };
  turn();
});
listening(0);
