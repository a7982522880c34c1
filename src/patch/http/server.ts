/**
 * Makes a SERVER span of every request that an HTTP/1 server of Node's gets, https and frameworks included.
 * Second station of a span's way.
 *
 * Only `emit` of three prototypes is defined, so that servers and references which were there before work as well:
 * net.Server's sees requests arrive, ServerResponse's sees them end, and IncomingMessage's keeps the context.
 */

import { channel } from 'node:diagnostics_channel';
import type * as Http from 'node:http';
import type * as Https from 'node:https';
import type { Duplex } from 'node:stream';
import { type Context, context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Tools } from '../instrumentation';
import { httpOptions, nameTrace } from './http-options';
import { IgnoredRequest } from './ignored';
import { methodName } from './method';
import { serverSpanOptions } from './server-attributes';
import { ServerRequest } from './server-request';
import { defineEmit, emitHeard, emitPlain, type Handled, listenerOf, type Next, note, noted } from './traced';
import { watchAnswer } from './upgrade';
import { pathOf } from './url';

/** Patches `http`, the module that has just loaded. */
export function patchServer(http: typeof Http, tools: Tools): void {
  const { IncomingMessage, Server, ServerResponse } = http;

  /** Starts the span of a request that has none yet. */
  function started(request: unknown): Handled | undefined {
    if (tools.off || !(request instanceof IncomingMessage) || noted(request) !== undefined) return undefined;
    try {
      const parent: Context = propagation.extract(ROOT_CONTEXT, request.headers);
      if (httpOptions(tools.options)?.ignores(request.method ?? 'GET', pathOf(request.url ?? '/'))) {
        const ignored = new IgnoredRequest(parent);
        note(request, ignored);
        return ignored;
      }
      const method = methodName(request.method ?? 'GET');
      const span = tools.tracer.startSpan(method, serverSpanOptions(request, tools.options), parent);
      const traced = new ServerRequest(tools, span, trace.setSpan(parent, span), method);
      note(request, traced);
      return traced;
    } catch (error) {
      tools.fault(error);
      return undefined;
    }
  }

  const emitRequest = (next: Next) =>
    function emit(this: any, event: string, request?: any, response?: any): boolean {
      let traced: Handled | undefined;
      switch (event) {
        case 'request':
        case 'checkContinue':
        case 'checkExpectation':
          if (response instanceof ServerResponse && noted(response) === undefined) {
            traced = started(request);
            if (traced !== undefined) attach(traced, response);
          }
          break;
        case 'upgrade':
        case 'connect':
          if (this.listenerCount(event) > 0) {
            traced = started(request);
            if (traced !== undefined) watch(traced, response);
          }
          break;
      }
      if (traced === undefined) return emitPlain(next, this, arguments);
      // A context that has just been made is nowhere active.
      return context.with(traced.context, emitPlain, undefined, next, this, arguments);
    };
  // net.Server's prototype: http.Server and https.Server have it in common.
  defineEmit(Object.getPrototypeOf(Server.prototype), emitRequest);

  function attach(traced: Handled, response: Http.ServerResponse): void {
    try {
      note(response, traced);
      traced.onFinish = listenerOf(response, 'finish');
      if (traced instanceof ServerRequest) nameTrace(httpOptions(tools.options), response, traced.span);
      // A pipelined request waits without a socket, and its response isn't told when the connection goes.
      if (response.socket === null) endWithConnection(traced, response);
    } catch (error) {
      tools.fault(error);
    }
  }

  function watch(traced: Handled, stream: Duplex): void {
    try {
      watchAnswer(stream, (status) => traced.answered(status));
    } catch (error) {
      tools.fault(error);
    }
  }

  defineEmit(ServerResponse.prototype, (next) => {
    return function emit(this: any, event: string): boolean {
      const ends = event === 'close' || event === 'finish';
      // Looked at first, since it costs less than what is noted.
      const listener = listenerOf(this, event);
      if (listener === undefined && !ends) return emitPlain(next, this, arguments);
      const traced = noted(this) as Handled | undefined;
      if (traced === undefined) return emitPlain(next, this, arguments);
      if (event === 'finish') {
        traced.finished = true;
        const { onFinish } = traced;
        // It holds the request and its socket.
        traced.onFinish = undefined;
        // Node itself needs no context, but for whom it tells; an array may have become longer since.
        if (typeof listener === 'function' && listener === onFinish && !finishes.hasSubscribers)
          return nodesEnd === undefined && looks-- > 0
            ? emitFinish(next, this, arguments)
            : emitPlain(next, this, arguments);
      }
      try {
        return listener === undefined
          ? emitPlain(next, this, arguments)
          : emitHeard(traced.context, next, this, arguments);
      } finally {
        if (event === 'close') {
          traced.onFinish = undefined;
          traced.close(this);
        }
      }
    };
  });

  defineEmit(IncomingMessage.prototype, (next) => {
    return function emit(this: any, event: string): boolean {
      const listener = listenerOf(this, event);
      const traced = listener === undefined || listener === nodesEnd ? undefined : noted(this);
      if (traced === undefined) return emitPlain(next, this, arguments);
      return emitHeard(traced.context, next, this, arguments);
    };
  });

  // Who loaded http and gave it an `emit` of its own in the same turn, as pm2 does, calls EventEmitter's and not ours.
  for (const { prototype } of [Server, loadedHttpsServer()])
    if (Object.hasOwn(prototype, 'emit')) defineEmit(prototype, emitRequest);
}

/**
 * What Node itself adds to requests whose bodies nobody has read when the response is finished; undefined until that
 * was seen.
 */
let nodesEnd: unknown;
/** How often that is still looked for: where all bodies are read before, nothing is added. */
let looks = 100;

/** Emits `finish`, to which nobody but Node listens, and sees what Node adds. */
function emitFinish(next: Next, response: Http.ServerResponse, args: IArguments): boolean {
  const before = listenerOfRequest(response);
  const result = emitPlain(next, response, args);
  const added = before === undefined ? listenerOfRequest(response) : undefined;
  if (typeof added === 'function' && added.name === 'clearIncoming') nodesEnd = added;
  return result;
}

/** What listens for the request's `end`; anything for a request that can't be looked at. */
function listenerOfRequest(response: Http.ServerResponse): unknown {
  try {
    return listenerOf(response.req, 'end');
  } catch {
    return null;
  }
}

/** Node tells of each response in its own listener of `finish`. */
const finishes = channel('http.server.response.finish');

/** `https` isn't loaded for this. */
function loadedHttpsServer(): { prototype: object } {
  const { moduleLoadList } = process as unknown as { moduleLoadList?: string[] };
  if (!moduleLoadList?.includes('NativeModule https')) return { prototype: {} };
  return (require('node:https') as typeof Https).Server;
}

/** Responses that wait for their turn on a connection, one listener for all of them. */
const waiting = new WeakMap<object, Map<Handled, Http.ServerResponse>>();

function endWithConnection(traced: Handled, response: Http.ServerResponse): void {
  const socket = response.req.socket;
  let queue = waiting.get(socket);
  if (queue === undefined) {
    const queued = new Map<Handled, Http.ServerResponse>();
    queue = queued;
    waiting.set(socket, queued);
    socket.once('close', () => {
      for (const [each, its] of queued) if (its.socket === null) each.close(its);
      queued.clear();
    });
  }
  for (const each of queue.keys()) if (each.ended) queue.delete(each);
  queue.set(traced, response);
}
