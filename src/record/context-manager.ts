/**
 * Carries the active context through asynchronous calls, on Node's AsyncLocalStorage or what does the same.
 * Fourth station of a span's way: what makes a query's span the child of its request's.
 *
 * Ours, since OpenTelemetry's `context-async-hooks` ships CommonJS only: bundling it would keep the whole API from
 * being tree-shaken, and its `with` binds a function at each call.
 */
import { type Context, type ContextManager as Interface, ROOT_CONTEXT } from '@opentelemetry/api';
import { fault } from '../diagnostics/contain';
import { bindEmitter, isEmitter } from './bind-emitter';
import { createStorage } from './hooked-storage';

export class ContextManager implements Interface {
  readonly #storage = createStorage<Context>();
  /** What is active outside of any other context: the root context, or the one that the process was started in. */
  base: Context = ROOT_CONTEXT;

  active(): Context {
    try {
      return this.#storage.getStore() ?? this.base;
    } catch (error) {
      // Asked for in nearly every hook, most of which have no border of their own here.
      fault('context', error);
      return this.base;
    }
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    work: F,
    self?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    // `null` asks for the root context in OpenTelemetry's managers.
    const to = context ?? ROOT_CONTEXT;
    if (self === undefined || self === null)
      return this.#storage.run(to, work as (...args: A) => ReturnType<F>, ...args);
    return this.#storage.run(to, apply, work as AnyFunction, self, args) as ReturnType<F>;
  }

  /** A function that runs in `context`, or the emitter with all listeners added from now on doing so; else the target. */
  bind<T>(context: Context, target: T): T {
    if (isEmitter(target)) return bindEmitter(target, (listener) => this.#bindFunction(context, listener));
    return typeof target === 'function' ? (this.#bindFunction(context, target as AnyFunction) as T) : target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.#storage.disable();
    return this;
  }

  #bindFunction<F extends AnyFunction>(context: Context, target: F): F {
    const storage = this.#storage;
    const bound = function (this: unknown, ...args: unknown[]) {
      return storage.run(context, apply, target, this, args);
    };
    Object.defineProperty(bound, 'length', { value: target.length, configurable: true });
    return bound as F;
  }
}

type AnyFunction = (...args: any[]) => unknown;

function apply(work: AnyFunction, self: unknown, args: unknown[]): unknown {
  return Reflect.apply(work, self, args);
}
