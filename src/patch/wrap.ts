/**
 * Replaces a method by a wrapper that looks like the original: the one way in which patches change a library.
 * Second station of a span's way, used by every patch.
 */

const WRAPPED = Symbol.for('tracing-agent.wrapped');

type AnyFunction = (...args: any[]) => any;

/** What `wrap` found while one patch ran: whether the library has the shape that the patch knows. */
export class Trial {
  /** Methods that are wrapped now, by this patch or before. */
  found = 0;
  /** Names of methods that were not there. */
  readonly missing: string[] = [];
  readonly undoing: (() => void)[] = [];

  /** Makes the library as it was before the patch. */
  undo(): void {
    for (const undo of this.undoing.reverse()) undo();
  }
}

/** Undefined while applications run: they pay nothing for it. */
let trial: Trial | undefined;

/** Runs a patch, noting in `noted` what it wraps. */
export function tried<R>(noted: Trial, patch: () => R): R {
  const outer = trial;
  trial = noted;
  try {
    return patch();
  } finally {
    trial = outer;
  }
}

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
  const original = originalOf(target, name, mark);
  if (original === undefined) return false;
  const wrapper = wrapped(original, mark, make(original));
  const own = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, {
    value: wrapper,
    writable: true,
    configurable: true,
    enumerable: own ? own.enumerable === true : false,
  });
  trial?.undoing.push(() => {
    if (own === undefined) delete target[name];
    else Object.defineProperty(target, name, own);
  });
  return true;
}

/** As `wrap`, for what takes an assignment and nothing else: the exports of an ES module. */
export function assign(
  target: any,
  name: string,
  mark: string,
  make: (original: any) => AnyFunction,
): boolean {
  const original = originalOf(target, name, mark);
  if (original === undefined) return false;
  target[name] = wrapped(original, mark, make(original));
  trial?.undoing.push(() => {
    target[name] = original;
  });
  return true;
}

/** The method to be wrapped; undefined where there is none, or where it is wrapped. */
function originalOf(target: any, name: PropertyKey, mark: string): AnyFunction | undefined {
  const original = target?.[name];
  const there = typeof original === 'function';
  if (trial !== undefined) {
    if (there) trial.found++;
    else trial.missing.push(String(name));
  }
  return there && !wrappedBy(original, mark) ? original : undefined;
}

/**
 * `wrapper` with the original's name, length, own properties and prototype (frameworks ask a handler whether its
 * constructor is `AsyncFunction`), marked: for functions that are no object's method.
 */
export function wrapped<F extends AnyFunction>(original: AnyFunction, mark: string, wrapper: F): F {
  // A patch for other versions of a library may meet anything; what it gives would take its place.
  if (typeof original !== 'function') throw new TypeError('not a function');
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
