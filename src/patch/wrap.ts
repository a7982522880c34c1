/**
 * Replaces a method by a wrapper that looks like the original: the one way in which patches change a library.
 * Second station of a span's way, used by every patch.
 */

const WRAPPED = Symbol.for('tracing-agent.wrapped');

type AnyFunction = (...args: any[]) => any;

/**
 * Replaces `target[name]` by `make(original)`, once: a second call for the same target and mark does nothing.
 * The wrapper keeps the original's name, length, own properties, and the property's enumerability.
 * @param mark tells apart two wraps of the same method; the instrumentation's name
 * @returns whether the method was there and is wrapped now (false also when it was wrapped before)
 */
export function wrap(
  target: any,
  name: PropertyKey,
  mark: string,
  make: (original: any) => AnyFunction,
): boolean {
  const original = target?.[name];
  if (typeof original !== 'function' || wrappedBy(original, mark)) return false;
  const wrapper = make(original);
  for (const key of Reflect.ownKeys(original)) {
    if (key === 'prototype' || key === 'arguments' || key === 'caller') continue;
    const descriptor = Object.getOwnPropertyDescriptor(original, key);
    if (descriptor !== undefined) Object.defineProperty(wrapper, key, descriptor);
  }
  Object.defineProperty(wrapper, WRAPPED, { value: { mark, original }, configurable: true });
  const own = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, {
    value: wrapper,
    writable: true,
    configurable: true,
    enumerable: own ? own.enumerable === true : false,
  });
  return true;
}

/** Whether `mark` is among the wraps around `method`. */
function wrappedBy(method: any, mark: string): boolean {
  for (let each = method?.[WRAPPED]; each !== undefined; each = each.original?.[WRAPPED]) {
    if (each.mark === mark) return true;
  }
  return false;
}
