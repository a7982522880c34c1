/**
 * Makes a SERVER span of every request that an HTTP/2 server of Node's gets, by its stream API or as Express and Koa
 * take it. Second station of a span's way.
 *
 * A request is a stream that a client opened: the server emits `stream` for it, and in that its compatibility API emits
 * `request`. Streams that the server pushes are never emitted on it. An HTTP/1 request on the same server
 * (`allowHTTP1`) is server.ts's.
 */

import type * as Http2 from 'node:http2';
import type { Server as NetServer } from 'node:net';
import { type Context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Tools } from '../instrumentation';
import { isTracedGrpc } from './grpc';
import { httpOptions, nameTrace } from './http-options';
import { IgnoredRequest } from './ignored';
import { methodName } from './method';
import { serverSpanOptions } from './server-attributes';
import { ServerRequest } from './server-request';
import { defineEmit, emitPlain, emitWithin, type Handled, type Next, note, noted } from './traced';
import { pathOf } from './url';

type Headers = Http2.IncomingHttpHeaders;
type Stream = Http2.ServerHttp2Stream;

/** What is called in place of a server's `emit`. */
export type Http2Emit = (next: Next, server: NetServer, args: IArguments) => boolean;

export function http2Emit(http2: typeof Http2, tools: Tools): Http2Emit {
  const { Http2ServerRequest, Http2ServerResponse } = http2;
  /** The prototype of all streams of servers, once the first was seen; no export leads there. */
  let streams: object | undefined;

  function isStream(object: any): object is Stream {
    if (typeof object !== 'object' || object === null) return false;
    const prototype = Object.getPrototypeOf(object);
    if (streams === undefined && prototype?.constructor?.name === 'ServerHttp2Stream') {
      streams = prototype;
      watchStreams(prototype);
    }
    return prototype === streams && streams !== undefined;
  }

  /** Starts the span of a stream that has none yet. */
  function started(stream: unknown, headers: Headers): Handled | undefined {
    try {
      if (
        tools.off ||
        !isStream(stream) ||
        noted(stream) !== undefined ||
        isTracedGrpc(headers['content-type'])
      )
        return undefined;
      const parent: Context = propagation.extract(ROOT_CONTEXT, headers);
      const method = String(headers[':method'] ?? 'GET');
      const target = String(headers[':path'] ?? '/');
      const traced: Handled = httpOptions(tools.options)?.ignores(method, pathOf(target))
        ? new IgnoredRequest(parent)
        : begin(stream, headers, method, target, parent);
      note(stream, traced);
      if (method === 'CONNECT') endWithAnswer(stream, traced);
      return traced;
    } catch (error) {
      tools.fault(error);
      return undefined;
    }
  }

  function begin(stream: Stream, headers: Headers, method: string, target: string, parent: Context): Handled {
    const name = methodName(method);
    const arrived = { method, url: target, headers, socket: stream.session?.socket, httpVersion: '2' };
    const options = serverSpanOptions(arrived, tools.options, headers[':authority'] ?? headers.host);
    const span = tools.tracer.startSpan(name, options, parent);
    return new ServerRequest(tools, span, trace.setSpan(parent, span), name);
  }

  /** Tells web frameworks' patches which span their request belongs to. */
  function join(request: unknown, response: unknown): void {
    try {
      if (!(request instanceof Http2ServerRequest) || noted(request) !== undefined) return;
      const { stream } = request;
      const traced = isStream(stream) ? noted(stream) : undefined;
      if (traced === undefined) return;
      note(request, traced);
      if (traced instanceof ServerRequest && response instanceof Http2ServerResponse)
        nameTrace(httpOptions(tools.options), response, traced.span);
    } catch (error) {
      tools.fault(error);
    }
  }

  function watchStreams(prototype: object): void {
    defineEmit(prototype, (next) => {
      return function emit(this: any, event: string): boolean {
        const traced = noted(this) as Handled | undefined;
        if (traced === undefined) return next.emit.apply(this, arguments as any);
        if (event !== 'close') return emitWithin(traced.context, next, this, arguments);
        try {
          return emitWithin(traced.context, next, this, arguments);
        } finally {
          traced.closeStream(this);
        }
      };
    });
  }

  return (next, server, args) => {
    let traced: Handled | undefined;
    switch (args[0]) {
      case 'stream':
        traced = started(args[1], args[2]);
        break;
      case 'request':
      case 'checkContinue':
      case 'connect':
        join(args[1], args[2]);
        break;
    }
    return traced === undefined
      ? emitPlain(next, server, args)
      : emitWithin(traced.context, next, server, args);
  };
}

/** A tunnel lives on once it is answered, for hours perhaps: its span ends there. */
function endWithAnswer(stream: Stream, traced: Handled): void {
  const { respond } = stream;
  Object.defineProperty(stream, 'respond', {
    value(this: Stream, headers?: { ':status'?: number | undefined }) {
      const result = respond.apply(this, arguments as any);
      const status = Number(this.sentHeaders?.[':status'] ?? headers?.[':status'] ?? 200);
      traced.answered(status);
      return result;
    },
    writable: true,
    configurable: true,
    enumerable: false,
  });
}
