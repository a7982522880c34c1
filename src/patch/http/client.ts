/**
 * Makes a CLIENT span of every request that goes out through `http` or `https`, and sends the trace along.
 * Second and third station of a span's way.
 *
 * A request is first seen in `Agent.prototype.addRequest`, inside ClientRequest's constructor; in `_storeHeader` where
 * the constructor writes the headers at once (given as a list, or `Expect: 100-continue`); or in `_implicitHeader`
 * where it has no agent, or one of its own making.
 */

import type * as Http from 'node:http';
import { context, trace } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import type { Tools } from '../instrumentation';
import { wrap } from '../wrap';
import { type ConnectionOptions, clientAttributes } from './client-attributes';
import { ClientCall } from './client-request';
import { readFlat, readPairs } from './header-forms';
import { ignoredOutgoing } from './ignored';
import { injectedHeaders } from './injected-headers';
import { methodName } from './method';
import { defineEmit, emitWithin, note, noted } from './traced';

const NONE: Record<string, string> = Object.create(null);

/** Patches `http`, the module that has just loaded. */
export function patchClient(http: typeof Http, tools: Tools): void {
  const { Agent, ClientRequest } = http as any;

  /** Starts the request's span where it has none yet. Returns the headers to add. */
  function begin(
    request: Http.ClientRequest,
    connection: ConnectionOptions | undefined,
    source: unknown,
    read: (source: any, name: string) => unknown,
  ): Record<string, string> {
    try {
      const caller = context.active();
      if (isTracingSuppressed(caller)) {
        // The agent's own request: no span, no headers, whatever context sends it in the end. Below one that the
        // settings ignore: no span, and headers that say so.
        note(request, new ClientCall(tools, caller, undefined));
        const ignored = ignoredOutgoing(caller);
        return ignored === undefined ? NONE : injectedHeaders(ignored, source, read);
      }
      let span: ReturnType<Tools['startClientSpan']>;
      if (tools.wanted()) {
        const attributes = clientAttributes(request, connection, tools.options);
        span = tools.startClientSpan(methodName(request.method), attributes, undefined, caller);
      }
      const call = new ClientCall(tools, caller, span);
      call.connectionKnown = connection !== undefined;
      note(request, call);
      return injectedHeaders(span === undefined ? caller : trace.setSpan(caller, span), source, read);
    } catch (error) {
      tools.fault(error);
      return NONE;
    }
  }

  /** Starts a request whose headers can still be set one by one. */
  function beginOpen(request: Http.ClientRequest, connection: ConnectionOptions | undefined): void {
    if (!(request instanceof ClientRequest)) return;
    const call = noted(request) as ClientCall | undefined;
    if (call !== undefined) {
      if (connection !== undefined) describe(call, request, connection);
      return;
    }
    const headers = begin(request, connection, request, readHeader);
    try {
      for (const name in headers) request.setHeader(name, headers[name]!);
    } catch (error) {
      tools.fault(error);
    }
  }

  /** A request that began before its connection was known: corrects what its span says of the address. */
  function describe(call: ClientCall, request: Http.ClientRequest, connection: ConnectionOptions): void {
    if (call.span === undefined || call.connectionKnown) return;
    try {
      call.connectionKnown = true;
      call.span.setAttributes(clientAttributes(request, connection, tools.options));
    } catch (error) {
      tools.fault(error);
    }
  }

  wrap(Agent.prototype, 'addRequest', 'http', (original) => {
    return function addRequest(this: unknown, request: any, options: any, port?: unknown) {
      beginOpen(request, typeof options === 'string' ? { host: options, port: port as number } : options);
      return original.apply(this, arguments);
    };
  });

  wrap(ClientRequest.prototype, '_implicitHeader', 'http', (original) => {
    return function _implicitHeader(this: any) {
      // After the headers are stored the original throws, and nothing was begun.
      if (!this._header) beginOpen(this, undefined);
      return original.apply(this, arguments);
    };
  });

  wrap(ClientRequest.prototype, '_storeHeader', 'http', (original) => {
    return function _storeHeader(this: any, firstLine: string, headers: unknown) {
      if (noted(this) !== undefined) return original.apply(this, arguments);
      if (!Array.isArray(headers)) {
        beginOpen(this, undefined);
        return original.apply(this, arguments);
      }
      const pairs = Array.isArray(headers[0]);
      const added = begin(this, undefined, headers, pairs ? readPairs : readFlat);
      return original.call(this, firstLine, withAdded(headers, added, pairs));
    };
  });

  defineEmit(ClientRequest.prototype, (next) => {
    return function emit(this: any, event: string, argument?: unknown): boolean {
      const call = noted(this) as ClientCall | undefined;
      if (call === undefined) return next.emit.apply(this, arguments as any);
      if (event === 'close') call.close(this);
      else call.see(this, event, argument);
      return emitWithin(call.context, next, this, arguments);
    };
  });
}

function readHeader(request: Http.ClientRequest, name: string): unknown {
  return request.getHeader(name);
}

/** A list of headers with ours; the application's own list stays as it is. A trace header of ours goes in place. */
function withAdded(headers: unknown[], added: Record<string, string>, pairs: boolean): unknown[] {
  const result: unknown[] = [];
  if (pairs) {
    for (const pair of headers as unknown[][]) if (!replaced(added, pair?.[0])) result.push(pair);
    for (const name in added) result.push([name, added[name]]);
  } else {
    // An odd number of entries is the application's error, which Node reports: nothing is added then.
    if (headers.length % 2 !== 0) return headers;
    for (let i = 0; i < headers.length; i += 2) {
      if (!replaced(added, headers[i])) result.push(headers[i], headers[i + 1]);
    }
    for (const name in added) result.push(name, added[name]);
  }
  return result;
}

function replaced(added: Record<string, string>, name: unknown): boolean {
  return typeof name === 'string' && Object.hasOwn(added, name.toLowerCase());
}
