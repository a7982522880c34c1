/**
 * Makes an event emitter's listeners run in a context: `context.bind(context, emitter)` of OpenTelemetry's API.
 * Fourth station of a span's way; asked for by applications and instrumentations.
 */
import { EventEmitter } from 'node:events';

type Listener = (...args: any[]) => unknown;
/** A wrapper that Node's `removeListener` and `listeners` take for what it wraps, by this property. */
type Wrapper = Listener & { listener?: Listener };

const BOUND = Symbol('tracing-agent.bound-emitter');

export function isEmitter(target: unknown): target is EventEmitter {
  return target instanceof EventEmitter;
}

/**
 * @param bind gives a listener that runs in the context
 * @returns the same emitter; one that was bound before stays as it was
 */
export function bindEmitter<E extends EventEmitter>(emitter: E, bind: (listener: Listener) => Listener): E {
  const target = emitter as any;
  if (target[BOUND]) return emitter;
  Object.defineProperty(target, BOUND, { value: true });
  const add = { on: target.on, addListener: target.addListener, prependListener: target.prependListener };
  for (const [name, original] of Object.entries(add)) {
    target[name] = function (this: EventEmitter, event: string | symbol, listener: Listener) {
      return original.call(this, event, isListener(listener) ? marked(bind(listener), listener) : listener);
    };
  }
  // Node's own `once` would bind its wrapper instead of the listener, which then couldn't be removed.
  for (const [name, original] of [
    ['once', add.on],
    ['prependOnceListener', add.prependListener],
  ]) {
    target[name] = function (this: EventEmitter, event: string | symbol, listener: Listener) {
      if (!isListener(listener)) return original.call(this, event, listener);
      const bound = bind(listener);
      const once: Wrapper = marked(function (this: unknown, ...args: unknown[]) {
        emitter.removeListener(event, once);
        return bound.apply(this, args);
      }, listener);
      return original.call(this, event, once);
    };
  }
  return emitter;
}

/** Anything else is Node's to refuse. */
function isListener(listener: unknown): listener is Listener {
  return typeof listener === 'function';
}

function marked(wrapper: Wrapper, listener: Listener): Wrapper {
  wrapper.listener = (listener as Wrapper).listener ?? listener;
  return wrapper;
}
