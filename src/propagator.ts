/** The public part `tracing-agent/propagator`: Jaeger's, B3's and W3C's headers for anyone's OpenTelemetry SDK. Third station of a span's way. */
export { B3Propagator } from './propagate/b3';
export { CompositePropagator } from './propagate/composite-propagator';
export { type UberTraceIdOptions, UberTraceIdPropagator } from './propagate/uber-trace-id';
export { BaggagePropagator } from './propagate/w3c-baggage';
export { TraceContextPropagator } from './propagate/w3c-trace-context';
