// As many spans as its argument says, of seven attributes as a patch gives them, in turns, so that packets leave.
const { trace, SpanKind } = require('@opentelemetry/api');
const attributes = require('./seven-attributes.cjs');
const tracer = trace.getTracer('bench');
const spans = Number(process.argv[2]);
const span = (id) =>
  tracer.startSpan('GET /users/:id', { kind: SpanKind.SERVER, attributes: attributes(id) }).end();
(async () => {
  for (let made = 0; made < spans; made += 100) {
    for (let id = 0; id < 100; id++) span(id);
    await new Promise((resolve) => setImmediate(resolve));
  }
})();
