/**
 * Node's own timers and wall clock, taken while the agent starts: a test's fake clock replaces the globals before the
 * first span, would count our timers, and never let them ring. Beside a span's way: what waits or tells the time.
 */
const { setTimeout, clearTimeout, setImmediate } = globalThis;

/** To be called as its methods: a unit test has its own. */
export const timers = { setTimeout, clearTimeout, setImmediate };

/** Milliseconds since the epoch. */
export const wall: () => number = Date.now;
