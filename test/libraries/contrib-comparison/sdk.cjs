// Loaded by -r: OpenTelemetry's SDK with the instrumentations that INSTRUMENTATIONS names. At the end it writes the spans to
// the file SPANS.
const { writeFileSync } = require('node:fs');
const { registerInstrumentations } = require('@opentelemetry/instrumentation');
const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');

/** In the order in which they began: their times have milliseconds. */
const begun = [];
const processor = {
  onStart: (span) => begun.push(span),
  onEnd() {},
  forceFlush: async () => {},
  shutdown: async () => {},
};
new NodeTracerProvider({ spanProcessors: [processor] }).register();
registerInstrumentations({
  instrumentations: process.env.INSTRUMENTATIONS.split(',').map((name) => {
    // Fastify's own, which OpenTelemetry names in place of one of its own.
    const file = name === 'fastify' ? '@fastify/otel' : `@opentelemetry/instrumentation-${name}`;
    const exported = Object.entries(require(file));
    const [, Instrumentation] = exported.find(([key]) => key.endsWith('Instrumentation'));
    return new Instrumentation(name === 'fastify' ? { registerOnInitialization: true } : {});
  }),
});

process.on('exit', () => {
  const ended = begun.filter((span) => span.ended);
  const spans = ended.map((span) => ({
    name: span.name,
    kind: ['internal', 'server', 'client', 'producer', 'consumer'][span.kind],
    spanId: span.spanContext().spanId,
    parentSpanId: span.parentSpanContext?.spanId ?? '',
    failed: span.status.code === 2,
    tags: span.attributes,
  }));
  writeFileSync(process.env.SPANS, JSON.stringify(spans));
});
