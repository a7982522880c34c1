/**
 * Makes a CLIENT span of every request that undici sends, global `fetch` included, and sends the trace along.
 * Second and third station of a span's way, read with the first request. Listens on undici's diagnostics channels, which
 * the copy inside Node and those from npm (4 to 8) share:
 * https://github.com/nodejs/undici/blob/main/docs/docs/api/DiagnosticsChannel.md
 *
 * A redirect that `fetch` follows is a request of its own, and so a span of its own.
 */

import { subscribe } from 'node:diagnostics_channel';
import { type Attributes, context, type Span, trace } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import type { PatchOptions, Tools } from '../instrumentation';
import { setStatus } from './client-request';
import { readFlat, readHead, readHeader, readList } from './header-forms';
import { httpOptions } from './http-options';
import { ignoredOutgoing } from './ignored';
import { injectedHeaders } from './injected-headers';
import { methodName, setMethod } from './method';
import { note, noted, type Traced } from './traced';
import { fullUrl, withoutUserinfo } from './url';

/** undici's request as its channels show it. */
interface UndiciRequest {
  /** `http://host:port`, or a URL. */
  origin?: unknown;
  path: string;
  method: string;
  upgrade?: unknown;
  /** A list of name, value, …; up to undici 5 one text with lines `name: value`. */
  headers: unknown;
  addHeader(name: string, value: string): unknown;
}

/** Noted beside a request. */
interface Sent extends Traced {
  /** Undefined once it has ended. */
  span: Span | undefined;
}

function spanOf(request: UndiciRequest): Span | undefined {
  return (noted(request) as Sent | undefined)?.span;
}

/**
 * Subscribes to what becomes of requests.
 * @returns what is to be called for each message of `undici:request:create`; it may throw
 */
export function undiciRequests(tools: Tools): (message: unknown) => void {
  on(tools, 'undici:client:sendHeaders', (message: any) => {
    const { request, socket, headers }: { request: UndiciRequest; socket: any; headers: unknown } = message;
    const span = spanOf(request);
    if (span === undefined) return;
    const http = httpOptions(tools.options);
    if (http?.timings) span.addEvent('request.sent');
    if (http?.clientRequest !== undefined) {
      span.setAttributes(http.clientRequest.add({}, readHead(headers), readHeader, Object.keys));
    }
    const address = socket?.remoteAddress;
    if (address === undefined) return;
    span.setAttribute('network.peer.address', address);
    span.setAttribute('network.peer.port', socket.remotePort);
  });

  on(tools, 'undici:request:headers', ({ request, response }: { request: UndiciRequest; response: any }) => {
    const span = spanOf(request);
    if (span === undefined) return;
    setStatus(span, response.statusCode);
    const http = httpOptions(tools.options);
    if (http?.timings) span.addEvent('response.received');
    if (http?.clientResponse !== undefined) {
      span.setAttributes(http.clientResponse.add({}, readList(response.headers), readHeader, Object.keys));
    }
  });

  on(tools, 'undici:request:trailers', ({ request }: { request: UndiciRequest }) => end(request, undefined));

  on(tools, 'undici:request:error', ({ request, error }: { request: UndiciRequest; error: any }) => {
    // A DOMException's code is a number that tells less than its name, AbortError.
    end(request, typeof error?.code === 'string' ? error : { name: error?.name });
  });

  function upgraded(request: UndiciRequest, status: unknown): void {
    const span = spanOf(request);
    if (span === undefined) return;
    try {
      // Over HTTP/2 undici gives none.
      if (typeof status === 'number') setStatus(span, status);
    } catch (error) {
      tools.fault(error);
    }
    end(request, undefined);
  }

  function end(request: UndiciRequest, error: unknown): void {
    const span = spanOf(request);
    if (span === undefined) return;
    (noted(request) as Sent).span = undefined;
    tools.endClientSpan(span, error);
  }

  return (message) => {
    const { request } = message as { request: UndiciRequest };
    let caller = context.active();
    if (isTracingSuppressed(caller)) {
      const ignored = ignoredOutgoing(caller);
      if (ignored === undefined) return;
      caller = ignored;
    }
    let span: Span | undefined;
    if (tools.wanted()) {
      span = tools.startClientSpan(methodName(request.method), attributesOf(request, tools.options));
      const sent: Sent = { context: caller, span };
      note(request, sent);
      if (request.upgrade || request.method === 'CONNECT') {
        watchUpgrade(request, (status) => upgraded(request, status));
      }
    }
    const within = span === undefined ? caller : trace.setSpan(caller, span);
    const headers = injectedHeaders(within, request.headers, readOwn);
    for (const name in headers) setHeader(request, name, headers[name]!);
  };
}

/** Subscribes with our failures contained: the channel would make them uncaught exceptions. */
function on(tools: Tools, channel: string, listener: (message: any) => void): void {
  subscribe(channel, (message) => {
    try {
      listener(message);
    } catch (error) {
      tools.fault(error);
    }
  });
}

/** What undici calls on its own request when an upgrade (WebSocket) or tunnel was answered, up to 7 and from 8 on. */
const UPGRADED = ['onUpgrade', 'onRequestUpgrade'] as const;

/** Tells of the answer to an upgrade or tunnel, after which the connection lives on: most versions publish nothing. */
function watchUpgrade(request: any, answered: (status: unknown) => void): void {
  for (const name of UPGRADED) {
    const original = request[name];
    if (typeof original !== 'function') continue;
    Object.defineProperty(request, name, {
      value(this: unknown, status: unknown) {
        answered(status);
        return original.apply(this, arguments);
      },
      writable: true,
      configurable: true,
      enumerable: false,
    });
  }
}

function attributesOf(request: UndiciRequest, options: PatchOptions): Attributes {
  const attributes: Attributes = {};
  setMethod(attributes, request.method);
  const origin = withoutUserinfo(String(request.origin ?? ''));
  const found = ORIGIN.exec(origin);
  if (found === null) return attributes;
  const [base, scheme, host] = found as unknown as [string, string, string];
  attributes['server.address'] = host[0] === '[' ? host.slice(1, -1) : host;
  attributes['server.port'] = found[3] === undefined ? (scheme === 'https' ? 443 : 80) : Number(found[3]);
  attributes['url.full'] = fullUrl(base, request.method === 'CONNECT' ? '/' : request.path, options);
  return attributes;
}

const ORIGIN = /^(https?):\/\/(\[[^\]]+\]|[^/:]+)(?::(\d+))?/;

function readOwn(headers: unknown, name: string): unknown {
  if (Array.isArray(headers)) return readFlat(headers, name);
  if (typeof headers !== 'string') return undefined;
  const start = valueStart(headers, name);
  return start === -1 ? undefined : headers.slice(start, headers.indexOf('\r\n', start)).trim();
}

/** Adds a header, or replaces the one of the same name that the application passed on. */
function setHeader(request: UndiciRequest, name: string, value: string): void {
  const { headers } = request;
  if (Array.isArray(headers)) {
    for (let i = 0; i + 1 < headers.length; i += 2) {
      if (typeof headers[i] === 'string' && headers[i].toLowerCase() === name) {
        headers[i + 1] = value;
        return;
      }
    }
  } else if (typeof headers === 'string') {
    const start = valueStart(headers, name);
    if (start !== -1) {
      request.headers = `${headers.slice(0, start)} ${value}${headers.slice(headers.indexOf('\r\n', start))}`;
      return;
    }
  }
  request.addHeader(name, value);
}

/** Where the value of `name` begins in undici 5's text of headers, each line of which ends with CRLF; -1 for none. */
function valueStart(headers: string, name: string): number {
  const text = headers.toLowerCase();
  if (text.startsWith(`${name}:`)) return name.length + 1;
  const at = text.indexOf(`\r\n${name}:`);
  return at === -1 ? -1 : at + name.length + 3;
}
