/**
 * One HTTP request that the application sends: its span from the call to the end of the response's body.
 * Second station of a span's way.
 */

import type { ClientRequest, IncomingMessage } from 'node:http';
import { type Context, type Span, SpanStatusCode } from '@opentelemetry/api';
import type { Tools } from '../instrumentation';
import { readHead, readHeader } from './header-forms';
import { type HttpOptions, httpOptions } from './http-options';
import { watchSocket } from './timings';
import { note, noted, type Traced } from './traced';

export class ClientCall implements Traced {
  /** The caller's context. */
  readonly context: Context;
  /** Undefined where the caller's trace isn't recorded. */
  span: Span | undefined;
  /** Whether the attributes name the address that is connected to. */
  connectionKnown = false;
  readonly #tools: Tools;

  constructor(tools: Tools, context: Context, span: Span | undefined) {
    this.#tools = tools;
    this.context = context;
    this.span = span;
  }

  /** Notes what an event of `request`, just before its listeners run, tells of the span. */
  see(request: ClientRequest, event: string, argument: any): void {
    const options = httpOptions(this.#tools.options);
    if (event !== 'response' && event !== 'error' && event !== 'upgrade' && event !== 'connect') {
      if (options?.timings) this.#time(event, argument);
      return;
    }
    try {
      // The response's listeners run in the caller's context, whoever opened the connection.
      if (event === 'response' && noted(argument) === undefined) note(argument, this);
      const span = this.span;
      if (span === undefined) return;
      setPeer(span, request.socket);
      if (options !== undefined) capture(span, options, request, event === 'error' ? undefined : argument);
      if (event === 'error') this.#end(argument ?? 'error');
      else setResponse(span, argument);
    } catch (error) {
      this.#tools.fault(error);
    }
  }

  /** The request is over: ends the span. A response that was cut off, by whichever side, is an error. */
  close(request: ClientRequest): void {
    if (this.span === undefined) return;
    const response: IncomingMessage | null | undefined = (request as any).res;
    if (response && !response.complete && !(response as any).upgrade) this.#end({ code: 'aborted' });
    else this.#end(undefined);
  }

  #time(event: string, argument: any): void {
    const span = this.span;
    if (span === undefined) return;
    try {
      if (event === 'finish') span.addEvent('request.sent');
      else if (event === 'socket') watchSocket(span, argument);
    } catch (error) {
      this.#tools.fault(error);
    }
  }

  #end(error: unknown): void {
    const span = this.span;
    this.span = undefined;
    if (span !== undefined) this.#tools.endClientSpan(span, error);
  }
}

/** Records the address that was connected to. */
export function setPeer(span: Span, socket: { remoteAddress?: string; remotePort?: number } | null): void {
  const address = socket?.remoteAddress;
  if (address === undefined) return;
  span.setAttribute('network.peer.address', address);
  if (socket?.remotePort !== undefined) span.setAttribute('network.peer.port', socket.remotePort);
}

/** Records what the settings ask for, once the request's headers can't change any more. */
function capture(
  span: Span,
  options: HttpOptions,
  request: ClientRequest,
  response: IncomingMessage | undefined,
): void {
  const { clientRequest, clientResponse, timings } = options;
  if (timings && response !== undefined) span.addEvent('response.received');
  if (clientRequest !== undefined) {
    span.setAttributes(clientRequest.add({}, readHead((request as any)._header), readHeader, Object.keys));
  }
  if (clientResponse !== undefined && response !== undefined) {
    span.setAttributes(clientResponse.add({}, response.headers, readHeader, Object.keys));
  }
}

function setResponse(span: Span, response: IncomingMessage): void {
  span.setAttribute('network.protocol.version', response.httpVersion);
  setStatus(span, response.statusCode ?? 0);
}

/** Records a response's status, by the client's view: from 400 on it is an error. */
export function setStatus(span: Span, status: number): void {
  span.setAttribute('http.response.status_code', status);
  if (status < 400) return;
  span.setAttribute('error.type', String(status));
  span.setStatus({ code: SpanStatusCode.ERROR });
}
