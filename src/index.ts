/** The public API in code: `require('tracing-agent')`. Around a span's way: start, stop, look. */
export type { Options } from './config/config';
export { decisions, forceFlush, health, shutdown, start } from './control';
export type { Counters } from './diagnostics/counters';
export type { SamplingDecision } from './sample/decision-log';
