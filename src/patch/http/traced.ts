/**
 * What is noted beside a request or a response: the context that its listeners run in, and its span.
 * Second station of a span's way: between the patches of `http`, and from there to the web frameworks' patches.
 */

import type { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import { type Context, context } from '@opentelemetry/api';
import { wrapped } from '../wrap';

export interface Traced {
  /** Where the listeners of the request or response run. */
  readonly context: Context;
}

/** A request that a server handles, with a span or without. */
export interface Handled extends Traced {
  /** The response was handed to the system whole. */
  finished: boolean;
  /** What listened for the response's `finish` when the server got the request: Node itself, mostly alone. */
  onFinish: unknown;
  readonly ended: boolean;
  /** The response is closed, whole or cut off. */
  close(response: ServerResponse): void;
  /** It was answered without a response object, as an upgrade or a tunnel is; undefined where it wasn't. */
  answered(status: number | undefined): void;
  /** The stream of HTTP/2 that it came on is closed. */
  closeStream(stream: ServerHttp2Stream): void;
}

class Returned {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: a derived class's fields are put on what the base returns.
    return object;
  }
}

/**
 * Puts a private field on an object of Node's. Unlike a symbol it shows in no `console.log`, copy or comparison of
 * the application's. To set and read it eight times costs 0.05 µs an object at most, with a WeakMap 0.9 and with
 * `defineProperty` 0.4 (Node 20 and 24).
 */
class Note extends Returned {
  #traced: Traced;
  constructor(object: object, traced: Traced) {
    super(object);
    this.#traced = traced;
  }
  static read(object: object): Traced | undefined {
    return #traced in object ? object.#traced : undefined;
  }
}

/** Notes `traced` beside `object`; once an object, a second call throws. */
export function note(object: object, traced: Traced): void {
  new Note(object, traced);
}

/** What was noted beside `object`. */
export function noted(object: object): Traced | undefined {
  return Note.read(object);
}

/** Holds the `emit` that a wrapper of ours calls: usually EventEmitter's prototype. */
export interface Next {
  emit: (...args: any) => boolean;
}

/**
 * Whether each request and response has a hidden class of its own: V8 makes one, up to Node 22, for each object that is
 * given a field after its prototype was set. A name in the code is then looked up by the runtime, in 1,000 to 2,000
 * instructions; a name that comes as an argument, in 150, which is more than where hidden classes are shared.
 */
let distinct = false;

/** Called by the patch of a framework that sets the prototype of each request and response, as Express does. */
export function expectDistinct(nodeVersion = process.versions.node): void {
  distinct = Number.parseInt(nodeVersion, 10) < 24;
}

/** Reads a field of a request or a response of such a framework. */
export function field(object: object, name: string): unknown {
  return (object as Record<string, unknown>)[name];
}

/**
 * What listens for an event: a function, an array of them, or undefined, as for most of a request's events.
 * EventEmitter's own field, in which everybody looks, is a third of what `listenerCount` costs; where it should be
 * missing, something listens.
 */
export function listenerOf(emitter: EventEmitter, event: string): unknown {
  const events = distinct ? field(emitter, '_events') : (emitter as { _events?: unknown })._events;
  return events === undefined ? true : field(events as object, event);
}

export function statusOf(response: ServerResponse): number {
  return distinct ? (field(response, 'statusCode') as number) : response.statusCode;
}

/**
 * Emits in the request's context. Node fires most events from the parser or the socket, outside of the request's
 * asynchronous context. Adding listeners of ours would bring warnings about too many of them.
 */
export function emitWithin(within: Context, next: Next, self: EventEmitter, args: IArguments): boolean {
  // Without a listener the context needn't be looked up.
  return listenerOf(self, args[0]) === undefined
    ? emitPlain(next, self, args)
    : emitHeard(within, next, self, args);
}

/** As `emitWithin`, for an event that has listeners. */
export function emitHeard(within: Context, next: Next, self: EventEmitter, args: IArguments): boolean {
  if (context.active() === within) return emitPlain(next, self, args);
  return context.with(within, emitPlain, undefined, next, self, args);
}

/** As the caller would: arguments one by one cost a third of what an array of them does. */
export function emitPlain(next: Next, self: EventEmitter, args: IArguments): boolean {
  switch (args.length) {
    case 1:
      return next.emit.call(self, args[0]);
    case 2:
      return next.emit.call(self, args[0], args[1]);
    case 3:
      return next.emit.call(self, args[0], args[1], args[2]);
    default:
      return next.emit.apply(self, args as any);
  }
}

/**
 * Defines `emit` on `prototype`, whose own or inherited one goes on being called. An inherited one is looked up
 * for each call, since `node:domain` replaces it later.
 */
export function defineEmit(
  prototype: any,
  make: (next: Next) => (this: any, event: string) => boolean,
): void {
  const own = Object.getOwnPropertyDescriptor(prototype, 'emit');
  const next: Next = own === undefined ? Object.getPrototypeOf(prototype) : { emit: own.value };
  Object.defineProperty(prototype, 'emit', {
    value: wrapped(next.emit, 'http', make(next)),
    writable: true,
    configurable: true,
    // As the inherited one, so that `for … in` goes on naming it.
    enumerable: own?.enumerable ?? true,
  });
}
