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
  const wrapper = wrapped(original, mark, make(original));
  const own = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, {
    value: wrapper,
    writable: true,
    configurable: true,
    enumerable: own ? own.enumerable === true : false,
  });
  return true;
}

/**
 * `wrapper` with the original's name, length, own properties and prototype (frameworks ask a handler whether its
 * constructor is `AsyncFunction`), marked: for functions that are no object's method.
 */
export function wrapped<F extends AnyFunction>(original: AnyFunction, mark: string, wrapper: F): F {
  for (const key of Reflect.ownKeys(original)) {
    if (key === 'prototype' || key === 'arguments' || key === 'caller') continue;
    const descriptor = Object.getOwnPropertyDescriptor(original, key);
    if (descriptor !== undefined) Object.defineProperty(wrapper, key, descriptor);
  }
  const prototype = Object.getPrototypeOf(original);
  if (prototype !== Function.prototype) Object.setPrototypeOf(wrapper, prototype);
  Object.defineProperty(wrapper, WRAPPED, { value: { mark, original }, configurable: true });
  return wrapper;
}

/** Whether `mark` is among the wraps around `method`. */
export function wrappedBy(method: any, mark: string): boolean {
  for (let each = method?.[WRAPPED]; each !== undefined; each = each.original?.[WRAPPED]) {
    if (each.mark === mark) return true;
  }
  return false;
}
