// Sets up an SDK with instrumentations after the preload, as an application does that had OpenTelemetry before.
const { NodeSDK } = require('@opentelemetry/sdk-node');
const { tracing } = require('@opentelemetry/sdk-node');

const memory = new tracing.InMemorySpanExporter();
const sdk = new NodeSDK({ spanProcessors: [new tracing.SimpleSpanProcessor(memory)] });
sdk.start();
require('@opentelemetry/api').trace.getTracer('by hand').startSpan('by hand').end();
console.log(memory.getFinishedSpans().length);
