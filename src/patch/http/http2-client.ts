/**
 * Makes a CLIENT span of every request that goes out over an HTTP/2 session, and sends the trace along.
 * Second and third station of a span's way. What a server pushes is no request.
 *
 * undici speaks HTTP/2 by such sessions, too; its own channels tell of its requests (undici-requests.ts).
 */

import type * as Http2 from 'node:http2';
import { type Attributes, type Context, context, type Span, trace } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import type { Tools } from '../instrumentation';
import { setPeer, setStatus } from './client-request';
import { isTracedGrpc } from './grpc';
import { readFlat, readHeader } from './header-forms';
import { httpOptions } from './http-options';
import { ignoredOutgoing } from './ignored';
import { injectedHeaders } from './injected-headers';
import { methodName, setMethod } from './method';
import { resetReason } from './reset';
import { defineEmit, emitWithin, note, noted, type Traced } from './traced';
import { fullUrl, hostName, hostPort } from './url';

/** Headers as `request` takes them: an object, or (from Node 24 on) a flat list. */
type Given = Readonly<Record<string, unknown>> | readonly unknown[];
/** A request that is about to be sent, with headers of ours. */
interface Sent {
  readonly call: Http2Call;
  readonly headers: Given;
}
type Session = Http2.ClientHttp2Session;
type Stream = Http2.ClientHttp2Stream;

/** What is called in place of a client session's `request`. */
export type Http2Request = (original: (...args: any[]) => any, session: Session, args: IArguments) => unknown;

export function http2Requests(tools: Tools): Http2Request {
  let watched = false;

  /** Starts a request's span. Undefined where it has neither span nor context to keep. */
  function begin(session: Session, headers: Given | undefined): Sent | undefined {
    let given: Given;
    try {
      if (headers !== undefined && (typeof headers !== 'object' || headers === null)) return undefined;
      given = copyOf(headers);
    } catch {
      // The application's own object throws, and Node is about to meet it.
      return undefined;
    }
    let span: Span | undefined;
    try {
      if (isUndicis(session)) return undefined;
      const caller = context.active();
      const read = Array.isArray(given) ? readFlat : (readHeader as any);
      if (isTracedGrpc(read(given, 'content-type'))) return undefined;
      let outgoing: Context | undefined = caller;
      if (isTracingSuppressed(caller)) outgoing = ignoredOutgoing(caller);
      else if (tools.wanted()) {
        const method = String(read(given, ':method') ?? 'GET');
        const attributes = attributesOf(session, method, (name) => read(given, name));
        httpOptions(tools.options)?.clientRequest?.add(attributes, given, read, namesOf);
        span = tools.startClientSpan(methodName(method), attributes);
        if (span !== undefined) outgoing = trace.setSpan(caller, span);
      }
      const call = new Http2Call(tools, caller, span);
      const added = outgoing === undefined ? undefined : injectedHeaders(outgoing, given, read);
      return { call, headers: added === undefined ? given : withAdded(given, added) };
    } catch (error) {
      tools.fault(error);
      if (span !== undefined) tools.endClientSpan(span);
      return undefined;
    }
  }

  function attributesOf(session: Session, method: string, read: (name: string) => unknown): Attributes {
    const attributes: Attributes = {};
    setMethod(attributes, method);
    const known = target(session);
    const scheme = String(read(':scheme') ?? known.scheme);
    const authority = String(read(':authority') ?? read('host') ?? known.authority);
    const usual = scheme === 'https' ? 443 : 80;
    const address = hostName(authority);
    const port = hostPort(authority) ?? usual;
    attributes['server.address'] = address;
    attributes['server.port'] = port;
    const bracketed = address.includes(':') ? `[${address}]` : address;
    const origin = `${scheme}://${port === usual ? bracketed : `${bracketed}:${port}`}`;
    const path = method === 'CONNECT' ? '/' : String(read(':path') ?? '/');
    attributes['url.full'] = fullUrl(origin, path, tools.options);
    attributes['network.protocol.version'] = '2';
    return attributes;
  }

  function follow(stream: Stream, call: Http2Call): void {
    try {
      if (!watched) {
        watched = true;
        watchStreams(Object.getPrototypeOf(stream));
      }
      note(stream, call);
      if (httpOptions(tools.options)?.timings) stream.once('ready', () => call.time('request.sent'));
    } catch (error) {
      tools.fault(error);
      call.end(error);
    }
  }

  return (original, session, args) => {
    const sent = begin(session, args[0]);
    if (sent === undefined) return original.apply(session, args as any);
    const { call } = sent;
    let stream: Stream;
    try {
      stream = original.call(session, sent.headers, args[1]);
    } catch (error) {
      call.end(error);
      throw error;
    }
    follow(stream, call);
    return stream;
  };
}

function watchStreams(prototype: object): void {
  defineEmit(prototype, (next) => {
    return function emit(this: any, event: string, argument?: unknown): boolean {
      const call = noted(this) as Http2Call | undefined;
      if (call === undefined) return next.emit.apply(this, arguments as any);
      call.see(this, event, argument);
      return emitWithin(call.context, next, this, arguments);
    };
  });
}

/** One request that the application sends: its span from the call to the stream's end. */
class Http2Call implements Traced {
  readonly context: Context;
  readonly #tools: Tools;
  #span: Span | undefined;
  #answered = false;

  constructor(tools: Tools, context: Context, span: Span | undefined) {
    this.#tools = tools;
    this.context = context;
    this.#span = span;
  }

  /** Notes what an event of `stream`, just before its listeners run, tells of the span. */
  see(stream: Stream, event: string, argument: any): void {
    if (this.#span === undefined) return;
    try {
      if (event === 'response') this.#respond(this.#span, stream, argument);
      else if (event === 'error') this.end(failureOf(stream, argument));
      else if (event === 'close') this.end(this.#outcome(stream));
    } catch (error) {
      this.#tools.fault(error);
    }
  }

  #respond(span: Span, stream: Stream, headers: Record<string, unknown>): void {
    this.#answered = true;
    setPeer(span, socketOf(stream));
    setStatus(span, Number(headers[':status']));
    const options = httpOptions(this.#tools.options);
    if (options?.timings) span.addEvent('response.received');
    if (options?.clientResponse !== undefined) {
      span.setAttributes(options.clientResponse.add({}, headers, readHeader, Object.keys));
    }
    // A tunnel lives on once it is answered.
    if (stream.sentHeaders?.[':method'] === 'CONNECT') this.end(undefined);
  }

  /** An answer that was cut off, by whichever side, is an error. */
  #outcome(stream: Stream): unknown {
    const { rstCode: code = 0 } = stream;
    const failure = resetReason(code, undefined);
    if (failure !== undefined) return { code: failure };
    const whole = this.#answered && code === 0 && (stream as any)._readableState?.ended === true;
    return whole ? undefined : { code: 'aborted' };
  }

  time(event: string): void {
    try {
      this.#span?.addEvent(event);
    } catch (error) {
      this.#tools.fault(error);
    }
  }

  end(error: unknown): void {
    const span = this.#span;
    this.#span = undefined;
    if (span !== undefined) this.#tools.endClientSpan(span, error);
  }
}

/** Node wraps what ended a session or stream in errors of its own. */
function failureOf(stream: Stream, error: any): unknown {
  if (error?.code === 'ERR_HTTP2_STREAM_CANCEL' && error.cause?.code !== undefined) return error.cause;
  if (error?.code === 'ERR_HTTP2_STREAM_ERROR') {
    const reason = resetReason(stream.rstCode ?? 0, undefined);
    if (reason !== undefined) return { code: reason };
  }
  return error ?? 'error';
}

function socketOf(stream: Stream): { remoteAddress?: string; remotePort?: number } | null {
  try {
    const socket = stream.session?.socket;
    return socket === undefined
      ? null
      : { remoteAddress: socket.remoteAddress!, remotePort: socket.remotePort! };
  } catch {
    // A session that is over has no socket to ask.
    return null;
  }
}

/** Node keeps a session's target under symbols of its own: https://nodejs.org/api/http2.html has no other way to it. */
function target(session: any): { scheme: string; authority: string } {
  let scheme = session.encrypted ? 'https' : 'http';
  let authority = 'localhost';
  for (const symbol of Object.getOwnPropertySymbols(session)) {
    if (symbol.description === 'authority') authority = String(session[symbol]);
    else if (symbol.description === 'protocol') scheme = String(session[symbol]).replace(/:$/, '');
  }
  return { scheme, authority };
}

const sessions = new WeakMap<object, boolean>();

/** Whether undici holds `session`, which it notes there before it sends a request. */
function isUndicis(session: object): boolean {
  let its = sessions.get(session);
  if (its === undefined) {
    its = Object.getOwnPropertySymbols(session).some((symbol) => symbol.description === 'client');
    sessions.set(session, its);
  }
  return its;
}

function namesOf(given: Given): string[] {
  return Array.isArray(given) ? given.filter((_, i) => i % 2 === 0).map(String) : Object.keys(given);
}

/** What Node makes of an application's headers, too. With symbols: `http2.sensitiveHeaders` is one. */
function copyOf(headers: Given | undefined): Given {
  return Array.isArray(headers) ? headers.slice() : { ...headers };
}

/** Headers with ours; the application's own stay as they are. A trace header of ours goes in place. */
function withAdded(given: Given, added: Record<string, string>): Given {
  if (Array.isArray(given)) {
    // An odd number of entries is the application's error, which Node reports: nothing is added then.
    if (given.length % 2 !== 0) return given;
    const list: unknown[] = [];
    for (let i = 0; i < given.length; i += 2) {
      if (!Object.hasOwn(added, String(given[i]).toLowerCase())) list.push(given[i], given[i + 1]);
    }
    for (const name in added) list.push(name, added[name]);
    return list;
  }
  const copy = given as Record<string, unknown>;
  for (const name of Object.keys(copy)) if (Object.hasOwn(added, name.toLowerCase())) delete copy[name];
  return Object.assign(copy, added);
}
