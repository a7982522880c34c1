/**
 * Names the routes of Hono behind @hono/node-server.
 * Second station of a span's way, beside the HTTP server's patch.
 */

import { setRoute } from '../http/server-request';
import type { Patch, Tools } from '../instrumentation';
import { wrap, wrapped, wrappedBy } from '../wrap';

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
    if (wrappedBy(handler, 'hono') || isMiddleware(method, path, handler)) return entry;
    const traced = wrapped(handler, 'hono', function (this: unknown, c: any) {
      try {
        const { incoming } = c.env;
        if (typeof incoming === 'object' && incoming !== null) setRoute(incoming, path);
      } catch (error) {
        tools.fault(error);
      }
      return handler.apply(this, arguments as any);
    });
    return [traced, ...entry.slice(1)];
  } catch (error) {
    tools.fault(error);
    return entry;
  }
}

/**
 * Hono keeps middleware and handlers alike. Its own listing (`hono/dev`) takes what has a second parameter, `next`, for
 * middleware; a handler with one on a route of its own is named all the same.
 */
function isMiddleware(method: unknown, path: string, handler: any): boolean {
  const { length } = handler.__COMPOSED_HANDLER ?? handler;
  return length > 1 && (method === 'ALL' || path.endsWith('*'));
}
