/**
 * Sees those of Node's own modules load that create no diagnostics channel, without loading any.
 * First station of a span's way.
 *
 * Node pushes the name of each module of its own onto `process.moduleLoadList` in the moment in which it has loaded,
 * whether `require`, `import`, `process.getBuiltinModule` or Node itself asked for it, on Node 18 to 26. Nothing else
 * passes all of these ways. Array's `push` asks the prototype for a setter: one of ours there hears the name.
 */
import { fault } from '../diagnostics/contain';

/**
 * Calls `onLoad` once for each name in `names` (`NativeModule sqlite`), at once for what has loaded already.
 * @returns a function that takes the hook out
 */
export function watchLoadList(names: Iterable<string>, onLoad: (name: string) => void): () => void {
  const waiting = new Set(names);
  const list: unknown = (process as { moduleLoadList?: unknown }).moduleLoadList;
  if (!Array.isArray(list) || waiting.size === 0) return () => {};

  const prototype: unknown = new Proxy(Object.create(Array.prototype), {
    set(_target, key, value, receiver) {
      const added = Reflect.defineProperty(receiver, key, {
        value,
        writable: true,
        enumerable: true,
        configurable: true,
      });
      hear(value);
      return added;
    },
  });

  function hear(name: string): void {
    if (!waiting.delete(name)) return;
    if (waiting.size === 0) remove();
    try {
      onLoad(name);
    } catch (error) {
      fault('load', error);
    }
  }

  function remove(): void {
    if (Object.getPrototypeOf(list) === prototype) Object.setPrototypeOf(list, Array.prototype);
  }

  for (const name of [...waiting]) if (list.includes(name)) hear(name);
  if (waiting.size > 0) Object.setPrototypeOf(list, prototype as object);
  return remove;
}
