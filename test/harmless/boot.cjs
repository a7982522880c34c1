// One span, and what was computed; the same text with the agent and without.
const { trace } = require('@opentelemetry/api');

trace.getTracer('boot').startSpan('ran').end();
console.log('ran');
