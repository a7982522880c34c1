/**
 * One HTTP request that a server handles: its span from the request's arrival to the response's end.
 * Second station of a span's way; web frameworks' patches name its route.
 */

import type { ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import { type Attributes, type Context, type Span, SpanStatusCode } from '@opentelemetry/api';
import type { Tools } from '../instrumentation';
import { readHead, readHeader } from './header-forms';
import { type CapturedHeaders, httpOptions } from './http-options';
import { resetReason } from './reset';
import { type Handled, noted, statusOf } from './traced';

/** What goes on within a request: a handler's span. */
export interface Part {
  end(): void;
}

export class ServerRequest implements Handled {
  readonly context: Context;
  readonly span: Span;
  /** The span's name without route. */
  readonly method: string;
  /** The response was handed to the system whole. */
  finished = false;
  onFinish: unknown = undefined;
  /** What a web framework's patch keeps about this request. */
  web: unknown = undefined;
  /** The template that was named last. */
  route: string | undefined = undefined;
  readonly #tools: Tools;
  #parts: Set<Part> | undefined;
  #ended = false;

  constructor(tools: Tools, span: Span, context: Context, method: string) {
    this.#tools = tools;
    this.span = span;
    this.context = context;
    this.method = method;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Names the route's template, `/users/:id`. A later call replaces it: the last handler that ran answers. */
  setRoute(route: string): void {
    this.route = route;
    this.span.setAttribute('http.route', route);
    this.span.updateName(`${this.method} ${route}`);
  }

  /** `part` ends with the response at the latest. */
  begin(part: Part): void {
    this.#parts ??= new Set();
    this.#parts.add(part);
  }

  /** `part` has ended. */
  forget(part: Part): void {
    this.#parts?.delete(part);
  }

  /** The response is closed: ends the span, whole or cut off. */
  close(response: ServerResponse): void {
    if (this.#ended) return;
    try {
      const whole = this.finished || response.writableFinished;
      const failure: any = whole ? undefined : (response as any).errored;
      if (whole || response.headersSent) {
        this.#setStatus(statusOf(response));
        const captured = this.#captured();
        if (captured !== undefined) {
          // Headers given to `writeHead` are kept in the text of the head alone.
          const head = readHead((response as any)._header);
          this.span.setAttributes(captured.add({}, head, readHeader, Object.keys));
        }
      }
      // Newer versions of Node destroy a response with ECONNRESET when its connection goes.
      if (failure && failure.code !== 'ECONNRESET') {
        this.#fail(String(failure.code ?? failure.name));
      } else if (!whole) {
        // The client went away, which is no failure of this server: its status stays unset.
        this.span.setAttribute('error.type', 'aborted');
      }
    } catch (error) {
      this.#tools.fault(error);
    }
    this.#end();
  }

  /** The stream is closed: ends the span, whole or cut off. */
  closeStream(stream: ServerHttp2Stream): void {
    if (this.#ended) return;
    try {
      const { errored, rstCode: code = 0, sentHeaders } = stream as ServerHttp2Stream & { errored?: any };
      if (stream.headersSent) {
        this.#setStatus(Number(sentHeaders?.[':status']));
        const captured = this.#captured();
        if (captured !== undefined) {
          this.span.setAttributes(
            captured.add({} as Attributes, sentHeaders as any, readHeader, Object.keys),
          );
        }
      }
      const failure = resetReason(code, errored);
      if (failure !== undefined) this.#fail(failure);
      else if (code !== 0 || stream.aborted || !stream.writableFinished)
        this.span.setAttribute('error.type', 'aborted');
    } catch (error) {
      this.#tools.fault(error);
    }
    this.#end();
  }

  #captured(): CapturedHeaders | undefined {
    return httpOptions(this.#tools.options)?.serverResponse;
  }

  /** Ends the span of a request that is answered without a response object: an upgrade, a tunnel. */
  answered(status: number | undefined): void {
    if (this.#ended) return;
    try {
      if (status === undefined) this.span.setAttribute('error.type', 'aborted');
      else this.#setStatus(status);
    } catch (error) {
      this.#tools.fault(error);
    }
    this.#end();
  }

  #setStatus(status: number): void {
    this.span.setAttribute('http.response.status_code', status);
    if (status >= 500) this.#fail(String(status));
  }

  #fail(type: string): void {
    this.span.setAttribute('error.type', type);
    // The application may have set the status with a message of its own.
    if ((this.span as any).status?.code !== SpanStatusCode.ERROR) {
      this.span.setStatus({ code: SpanStatusCode.ERROR });
    }
  }

  #end(): void {
    this.#ended = true;
    try {
      if (this.#parts !== undefined) for (const part of this.#parts) part.end();
    } catch (error) {
      this.#tools.fault(error);
    }
    this.#tools.endClientSpan(this.span);
  }
}

/** The traced request that a server's `request` is; undefined for any other object. */
export function serverRequest(request: object): ServerRequest | undefined {
  const traced = noted(request);
  return traced instanceof ServerRequest ? traced : undefined;
}

/** Names the route's template of a server's `request`, in `http.route` and in the span's name. */
export function setRoute(request: object, route: string): void {
  serverRequest(request)?.setRoute(route);
}
