/**
 * Gives a unit test the time of the agent's timers, which are Node's own, taken before the test's mock.
 */
import type { TestContext } from 'node:test';
import { timers } from '../../src/diagnostics/native-timers';

/** Until the test ends, `t.mock.timers.tick` lets timers ring, the agent's too. */
export function mockTimers(t: TestContext): void {
  const native = { ...timers };
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { setTimeout, clearTimeout } = globalThis;
  Object.assign(timers, { setTimeout, clearTimeout });
  t.after(() => Object.assign(timers, native));
}
