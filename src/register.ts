/**
 * What is read at the start of a traced process, and all that is: `register.js` at the top level calls `register`.
 * Before a span's way begins.
 */
import { startOnce } from './lifecycle';

export { createCounters } from './diagnostics/counters';
export { runningAgent, startOnce } from './lifecycle';

/** Boots the agent with the environment's settings: `node -r tracing-agent/register app.js`. Never throws. */
export function register(): void {
  startOnce({}, __dirname);
}
