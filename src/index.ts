/** The public API in code: `require('tracing-agent')`. Around a span's way: start, stop, look. */
export type { Options } from './config/config';
export { forceFlush, health, shutdown, start } from './control';
export type { Counters } from './diagnostics/counters';
