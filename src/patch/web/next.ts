/**
 * Names the route of a request that Next.js's production server handles: `/blog/[slug]`. Next.js makes spans of its
 * own, and tells its own server span the route; this tells ours.
 * Second station of a span's way, beside the HTTP server's patch.
 */

import { context, createContextKey } from '@opentelemetry/api';
import { type ServerRequest, serverRequest } from '../http/server-request';
import type { Patch } from '../instrumentation';
import { wrap } from '../wrap';

/** The traced request that Next.js handles, in the context it works in. */
const HANDLED = createContextKey('tracing-agent next request');

/** For `dist/server/base-server.js`, whose default export is the class of servers. */
export const patch: Patch = (exports, _library, tools) => {
  wrap(exports.default.prototype, 'handleRequest', 'next', (original) => {
    return function handleRequest(this: unknown, request: any) {
      let server: ServerRequest | undefined;
      try {
        server = serverRequest(request.originalRequest ?? request);
      } catch (error) {
        tools.fault(error);
      }
      if (server === undefined) return original.apply(this, arguments);
      return context.with(context.active().setValue(HANDLED, server), original, this, ...arguments);
    };
  });
};

/** For `dist/server/lib/trace/tracer.js`: all that renders names the route there, the one that answers first. */
export const patchTracer: Patch = (exports, _library, tools) => {
  wrap(Object.getPrototypeOf(exports.getTracer()), 'setRootSpanAttribute', 'next', (original) => {
    return function setRootSpanAttribute(this: unknown, key: unknown, value: unknown) {
      try {
        if (key === 'next.route' && typeof value === 'string') {
          const server = context.active().getValue(HANDLED) as ServerRequest | undefined;
          if (server !== undefined && server.route === undefined) server.setRoute(value);
        }
      } catch (error) {
        tools.fault(error);
      }
      return original.apply(this, arguments);
    };
  });
};
