/**
 * Names the routes of Hono behind @hono/node-server, and makes spans of its handlers and middleware where the setting
 * `detail` asks for them.
 * Second station of a span's way, beside the HTTP server's patch.
 */

import { setRoute } from '../http/server-request';
import type { Patch, Tools } from '../instrumentation';
import { wrap, wrapped, wrappedBy } from '../wrap';
import { detailed, type Kind, startHandlerSpan } from './handler-span';

type Handler = (...args: any[]) => any;

/** For Hono's `router/smart-router/router.js`, whose `add` every route of every application comes to. */
export const patch: Patch = (exports, _library, tools) => {
  wrap(exports.SmartRouter.prototype, 'add', 'hono', (original) => {
    return function add(this: unknown, method: unknown, path: unknown, handler: unknown) {
      if (arguments.length !== 3) return original.apply(this, arguments);
      return original.call(this, method, path, named(method, path, handler, tools));
    };
  });
};

/** @param entry Hono's pair of a handler and its route; the router may also be used alone */
function named(method: unknown, path: unknown, entry: unknown, tools: Tools): unknown {
  try {
    if (!Array.isArray(entry) || typeof entry[0] !== 'function' || typeof path !== 'string') return entry;
    const handler: Handler = entry[0];
    if (wrappedBy(handler, 'hono')) return entry;
    const kind: Kind = isMiddleware(method, path, handler) ? 'middleware' : 'handler';
    if (kind === 'middleware' && !detailed(tools, kind)) return entry;
    const traced = wrapped(handler, 'hono', function (this: unknown, c: any) {
      let incoming: unknown;
      try {
        // None where the application is given requests without a server: `app.fetch(request)`.
        incoming = c.env?.incoming;
        if (kind === 'handler' && typeof incoming === 'object' && incoming !== null) setRoute(incoming, path);
      } catch (error) {
        tools.fault(error);
      }
      const span = startHandlerSpan(tools, kind, incoming, () => describe(kind, path, handler));
      if (span === undefined) return Reflect.apply(handler, this, arguments);
      // Hono waits for it and handles its rejection.
      return span.run(handler, this, arguments, 'awaited', false);
    });
    return [traced, ...entry.slice(1)];
  } catch (error) {
    tools.fault(error);
    return entry;
  }
}

function describe(kind: Kind, path: string, handler: Handler) {
  const name = original(handler).name || '<anonymous>';
  return kind === 'handler'
    ? {
        name: `request handler - ${path}`,
        attributes: { 'hono.type': 'request_handler', 'hono.name': name, 'http.route': path },
      }
    : { name: `middleware - ${name}`, attributes: { 'hono.type': 'middleware', 'hono.name': name } };
}

/** That of an application with an error handler of its own stands in a function of Hono's. */
function original(handler: any): Handler {
  return handler.__COMPOSED_HANDLER ?? handler;
}

/**
 * Hono keeps middleware and handlers alike. Its own listing (`hono/dev`) takes what has a second parameter, `next`, for
 * middleware; a handler with one on a route of its own is named all the same.
 */
function isMiddleware(method: unknown, path: string, handler: Handler): boolean {
  return original(handler).length > 1 && (method === 'ALL' || path.endsWith('*'));
}
