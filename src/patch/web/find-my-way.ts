/**
 * Names the routes of find-my-way, the router below Fastify, which also stands alone: then spans of its handlers are made
 * where the setting `detail` asks for them.
 * Second station of a span's way, beside the HTTP server's patch.
 */

import { setRoute } from '../http/server-request';
import type { Patch, Tools } from '../instrumentation';
import { wrap, wrapped, wrappedBy } from '../wrap';
import { startHandlerSpan } from './handler-span';

/** For find-my-way's main export: whatever adds a route comes to `on` of its prototype. */
export const patch: Patch = (exports, _library, tools) => {
  wrap(exports.prototype, 'on', 'find-my-way', (original) => {
    return function on(this: unknown, method: unknown, path: unknown, ...rest: unknown[]) {
      const args: unknown[] = [method, path, ...rest];
      try {
        const at = typeof args[2] === 'function' ? 2 : 3;
        const template = templateOf(path, args[at + 1]);
        const handler = args[at];
        if (template !== undefined && typeof handler === 'function') {
          args[at] = named(
            handler as (...args: any[]) => unknown,
            template,
            !isFrameworks(args[at + 1]),
            tools,
          );
        }
      } catch (error) {
        tools.fault(error);
      }
      return original.apply(this, args);
    };
  });
};

/** Fastify and restify make the spans of their handlers by patches of their own. */
function isFrameworks(store: any): boolean {
  return isFastifys(store) || typeof store?.route?.chain?.run === 'function';
}

function isFastifys(store: any): boolean {
  return (
    typeof store === 'object' && store !== null && store.constructor?.name === 'Context' && 'config' in store
  );
}

/** Fastify's 404 handlers are routes as well; Fastify itself knows them by a configuration without `url`. */
function templateOf(path: unknown, store: any): string | undefined {
  if (isFastifys(store)) {
    const url = store.config?.url;
    return typeof url === 'string' ? url : undefined;
  }
  return typeof path === 'string' ? path : undefined;
}

function named(handler: (...args: any[]) => unknown, template: string, alone: boolean, tools: Tools) {
  // A path with an optional parameter is added again as two, which have the same template.
  if (wrappedBy(handler, 'find-my-way')) return handler;
  return wrapped(handler, 'find-my-way', function (this: unknown, request: unknown) {
    try {
      if (typeof request === 'object' && request !== null) setRoute(request, template);
    } catch (error) {
      tools.fault(error);
    }
    const span = alone
      ? startHandlerSpan(tools, 'handler', request, () => ({
          name: `request handler - ${template}`,
          attributes: {
            'find-my-way.type': 'request_handler',
            'find-my-way.name': handler.name || '<anonymous>',
            'http.route': template,
          },
        }))
      : undefined;
    if (span === undefined) return Reflect.apply(handler, this, arguments);
    return span.run(handler, this, arguments, 'returned', true);
  });
}
