/** The public part `tracing-agent/propagator`: Jaeger's headers for anyone's OpenTelemetry SDK. Third station of a span's way. */
export { B3Propagator } from './propagate/b3';
export { CompositePropagator } from './propagate/composite-propagator';
export { type UberTraceIdOptions, UberTraceIdPropagator } from './propagate/uber-trace-id';
