/**
 * What `AsyncLocalStorage` does where Node keeps it by hooks on each asynchronous resource, up to Node 22, for
 * fewer instructions: which value was running when a callback, a promise or a timer was made runs again when it is called.
 * Fourth station of a span's way: below the context manager.
 *
 * Node's own writes the value on each resource, and reads it there for each that is made: two or three look-ups of a
 * symbol in objects of dozens of hidden classes, 600 instructions, some ten times a request and more with promises.
 * Here a table by asynchronous id is asked first, and each common kind of resource is written by a function of its own,
 * which V8 compiles for that kind's hidden class alone.
 *
 *     run(value)       frames: { id, value } of those that run now, innermost first
 *     init(id, …)      table[id % 1024] = value, and resource[KEY] = value, for when the table has another by then
 *     getStore()       frames, else the table, else the resource
 */
import { AsyncLocalStorage, createHook, executionAsyncId, executionAsyncResource } from 'node:async_hooks';
import { fault } from '../diagnostics/contain';
import { FaultBudget } from '../diagnostics/fault-budget';

/** What is used of AsyncLocalStorage. */
interface Storage<T> {
  getStore(): T | undefined;
  run<R, A extends unknown[]>(value: T, work: (...args: A) => R, ...args: A): R;
  disable(): void;
}

/** Node's own where it keeps values by frames (Node 24), and whatever comes after that; else ours. */
export function createStorage<T>(): Storage<T> {
  const storage = new AsyncLocalStorage<T>();
  return 'kResourceStore' in storage ? hookedStorage<T>() : storage;
}

/** A power of two. Those that were made last are asked for most, and it fits into a processor's first cache. */
const SLOTS = 1_024;

/** A call of `run` that hasn't returned. */
class Frame<T> {
  constructor(
    readonly id: number,
    readonly value: T,
    readonly outer: Frame<T> | undefined,
  ) {}
}

export function hookedStorage<T>(): Storage<T> {
  const KEY = Symbol('tracing-agent context');
  /** Ids begin with 1; they outgrow 32 bits. */
  const ids = new Float64Array(SLOTS);
  const values: (T | undefined)[] = new Array(SLOTS).fill(undefined);
  let top: Frame<T> | undefined;
  let enabled = false;
  /** Once it is spent, nothing is kept any more: what fails for each callback would cost more than it is worth. */
  const faults = new FaultBudget();

  function failed(error: unknown): void {
    fault('context', error);
    if (faults.take()) hook.disable();
  }

  function getStore(): T | undefined {
    const id = executionAsyncId();
    for (let frame = top; frame !== undefined; frame = frame.outer) if (frame.id === id) return frame.value;
    const slot = id & (SLOTS - 1);
    if (ids[slot] === id) return values[slot];
    const value = (executionAsyncResource() as any)?.[KEY];
    // A connection calls again and again; what a resource has changes only with its id.
    ids[slot] = id;
    values[slot] = value;
    return value;
  }

  const onTick = (resource: any, value: T | undefined): void => {
    resource[KEY] = value;
  };
  const onPromise = (resource: any, value: T | undefined): void => {
    resource[KEY] = value;
  };
  const onTimer = (resource: any, value: T | undefined): void => {
    resource[KEY] = value;
  };
  const onOther = (resource: any, value: T | undefined): void => {
    resource[KEY] = value;
  };

  /** A failure that left here would end the process. */
  function init(id: number, type: string, _trigger: number, resource: object): void {
    try {
      const value = getStore();
      const slot = id & (SLOTS - 1);
      ids[slot] = id;
      values[slot] = value;
      // Others are used again, and may have a value from before.
      if (type === 'TickObject') {
        if (value !== undefined) onTick(resource, value);
      } else if (type === 'PROMISE') {
        if (value !== undefined) onPromise(resource, value);
      } else if (type === 'Timeout') onTimer(resource, value);
      else onOther(resource, value);
    } catch (error) {
      failed(error);
    }
  }

  const hook = createHook({ init });

  return {
    getStore: () => (enabled && !faults.spent ? getStore() : undefined),
    run(value, work, ...args) {
      if (faults.spent) return work(...args);
      const outer = top;
      try {
        if (!enabled) hook.enable();
        enabled = true;
        top = new Frame(executionAsyncId(), value, outer);
      } catch (error) {
        // What runs in a context is the application's: it runs without one rather than not at all.
        failed(error);
      }
      try {
        return work(...args);
      } finally {
        top = outer;
      }
    },
    disable() {
      enabled = false;
      hook.disable();
      values.fill(undefined);
      ids.fill(0);
    },
  };
}
