/**
 * Lets one emitter's listeners run in the context of whoever made it, and tells what it emits.
 * Second station of a span's way: queries and streams are filled from a socket that other requests share.
 */
import { type Context, context } from '@opentelemetry/api';

/** Told each event and its first argument, before the listeners. Must not throw. */
type Seen = (event: unknown, first: unknown) => void;

/**
 * Covers `emit` on this one object: a listener of ours for 'error' would change what an error does.
 * @returns false where the object is no emitter or takes no property
 */
export function emitInContext(emitter: any, caller: Context, seen: Seen): boolean {
  const emit = emitter?.emit;
  if (typeof emit !== 'function' || !Object.isExtensible(emitter)) return false;
  Object.defineProperty(emitter, 'emit', {
    configurable: true,
    writable: true,
    enumerable: false,
    value: function (this: unknown, event: unknown, ...args: unknown[]) {
      seen(event, args[0]);
      return context.with(caller, emit, this, event, ...args);
    },
  });
  return true;
}
