/**
 * The span of one handler, middleware or hook of a web framework, where the setting `detail` asks for them.
 * Second station of a span's way, below the HTTP server's span.
 */

import { types } from 'node:util';
import { type Attributes, type Context, context, type Span, trace } from '@opentelemetry/api';
import { type Part, type ServerRequest, serverRequest } from '../http/server-request';
import type { Tools } from '../instrumentation';
import { wrapped } from '../wrap';

export type Kind = 'handler' | 'middleware';

/** What a framework does with the promise that a handler returns, which decides how its end can be seen. */
type Settling =
  /** Nobody sees it: its rejection must stay unhandled, so it isn't touched. */
  | 'ignored'
  /** The framework handles its rejection, so that one more listener changes nothing. */
  | 'awaited'
  /** It goes on to whoever called the handler, who may or may not handle it: a copy of it goes on. */
  | 'returned';

type AnyFunction = (...args: any[]) => any;

/** The original, for promises whose class has another. */
const { then } = Promise.prototype;

/** Whether handlers of that kind have spans; false in one comparison by default. */
export function detailed(tools: Tools, kind: Kind): boolean {
  const { detail } = tools.options;
  return detail === 'middleware' || (detail === 'handler' && kind === 'handler');
}

/** A handler's span; undefined where none is wanted, and then the original is to be called at once. */
export function startHandlerSpan(
  tools: Tools,
  kind: Kind,
  request: unknown,
  describe: (server: ServerRequest) => { name: string; attributes: Attributes },
): HandlerSpan | undefined {
  if (!detailed(tools, kind) || !tools.wanted()) return undefined;
  try {
    const server = typeof request === 'object' && request !== null ? serverRequest(request) : undefined;
    // Without the request's span, nothing would end a handler's that waits for the response.
    if (server === undefined || server.ended) return undefined;
    const { name, attributes } = describe(server);
    return new HandlerSpan(tools, server, tools.tracer.startSpan(name, { attributes }));
  } catch (error) {
    tools.fault(error);
    return undefined;
  }
}

export class HandlerSpan implements Part {
  readonly #tools: Tools;
  readonly #server: ServerRequest;
  readonly #span: Span;
  readonly #outer: Context;
  #ended = false;

  constructor(tools: Tools, server: ServerRequest, span: Span) {
    this.#tools = tools;
    this.#server = server;
    this.#span = span;
    this.#outer = context.active();
    server.begin(this);
  }

  /**
   * Calls the handler in the span's context.
   * @param waits whether a handler that returns no promise may go on, until it calls back or the response ends
   */
  run(
    handler: AnyFunction,
    self: unknown,
    args: ArrayLike<unknown>,
    settling: Settling,
    waits: boolean,
  ): any {
    let result: unknown;
    try {
      result = context.with(trace.setSpan(this.#outer, this.#span), call, undefined, handler, self, args);
    } catch (error) {
      this.fail(error);
      throw error;
    }
    // Other thenables may be lazy, and begin their work once more for each `then`.
    if (!types.isPromise(result)) {
      if (!waits && !isThenable(result)) this.end();
      return result;
    }
    if (settling === 'ignored') return result;
    if (settling === 'awaited') {
      then.call(
        result,
        () => this.end(),
        (error) => this.fail(error),
      );
      return result;
    }
    return then.call(
      result,
      (value) => {
        this.end();
        return value;
      },
      (error) => {
        this.fail(error);
        throw error;
      },
    );
  }

  /**
   * In place of a handler's `next`: ends the span and goes on outside of it.
   * @param isError tells an error from a word to the framework, such as Express's `next('route')`
   */
  next(original: unknown, isError: (value: unknown) => boolean = isGiven): unknown {
    if (typeof original !== 'function') return original;
    const span = this;
    return wrapped(original as AnyFunction, 'handler-span', function (this: unknown) {
      if (isError(arguments[0])) span.fail(arguments[0]);
      else span.end();
      return context.with(span.#outside(), call, undefined, original as AnyFunction, this, arguments);
    });
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#server.forget(this);
    this.#tools.endClientSpan(this.#span);
  }

  fail(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#server.forget(this);
    // Also a handler that throws nothing has failed.
    this.#tools.endClientSpan(this.#span, error ?? 'nothing');
  }

  /** The context of what comes after the handler: the active one, with the handler's span taken out again. */
  #outside(): Context {
    const active = context.active();
    // By its id: a context lets go of a span that has ended.
    if (trace.getSpanContext(active)?.spanId !== this.#span.spanContext().spanId) return active;
    const outer = trace.getSpan(this.#outer);
    return outer === undefined ? trace.deleteSpan(active) : trace.setSpan(active, outer);
  }
}

function call(handler: AnyFunction, self: unknown, args: ArrayLike<unknown>): unknown {
  return Reflect.apply(handler, self, args);
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isThenable(value: any): boolean {
  try {
    return typeof value?.then === 'function';
  } catch {
    return false;
  }
}
