/**
 * Lets copies of OpenTelemetry's API of any 1.x version read the agent's globals, also where a bundler has hidden them.
 * Fourth station of a span's way.
 *
 * A copy reads the globals only where their noted version is not older than its own, and registers something (a
 * MeterProvider, say) only where exactly its own is noted. The two are told apart by what a copy does before it looks:
 * to register, it first assigns the globals anew, as they are; then it is shown what was noted.
 */

/** Newer than any. */
const NEWEST = '1.999.0';

/** @returns a function that makes plain properties of both again */
export function showToAny<K extends symbol>(home: { [key in K]?: { version: string } }, key: K): () => void {
  const globals = home[key]!;
  let noted = globals.version;
  let registers = false;
  Object.defineProperty(globals, 'version', {
    configurable: true,
    enumerable: true,
    get: () => (registers ? noted : NEWEST),
    set(version: string) {
      noted = version;
    },
  });
  const settle = (value: unknown): void => {
    Object.defineProperty(home, key, { configurable: true, enumerable: true, writable: true, value });
  };
  Object.defineProperty(home, key, {
    configurable: true,
    enumerable: true,
    get() {
      registers = false;
      return globals;
    },
    set(value: unknown) {
      if (value === globals) registers = true;
      else settle(value);
    },
  });
  return () => {
    Object.defineProperty(globals, 'version', { writable: true, value: noted });
    if (home[key] === globals) settle(globals);
  };
}
