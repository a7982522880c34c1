// What the fixtures of database clients are made of: parts of an application, each below a span of its own that is named
// after it, and what they saw, which they print as one JSON line.
const { context, trace } = require('@opentelemetry/api');

const tracer = trace.getTracer('fixture');

/** `active`: by part and place, whether the part's span was the active one there. */
exports.seen = { active: {} };

/** Calls `work` with the span that it runs below. */
function below(name, work) {
  return tracer.startActiveSpan(name, async (span) => {
    try {
      return await work(span);
    } finally {
      span.end();
    }
  });
}
exports.below = below;

function isActive(span) {
  return trace.getSpan(context.active())?.spanContext().spanId === span.spanContext().spanId;
}
exports.isActive = isActive;

/** Calls `work` with a function that notes under a name whether the part's span is active where it is called. */
exports.part = (name, work) =>
  below(name, (span) =>
    work((where) => {
      exports.seen.active[`${name}: ${where}`] = isActive(span);
    }),
  );

/** Calls `start` with a callback and waits until that is called. */
exports.called = (start) => new Promise((resolve) => start((...args) => resolve(args)));
