/**
 * Names the routes of restify, and makes spans of its handlers where the setting `detail` asks for them.
 * Second station of a span's way, beside the HTTP server's patch.
 */

import { setRoute } from '../http/server-request';
import type { Patch, Tools } from '../instrumentation';
import { wrap, wrapped, wrappedBy } from '../wrap';
import { detailed, startHandlerSpan } from './handler-span';

/** For restify's `lib/router.js`: the route is found before the handlers of `use` run, which may refuse the request. */
export const patch: Patch = (exports, _library, tools) => {
  wrap(exports.prototype, 'lookup', 'restify', (original) => {
    return function lookup(this: unknown, request: any) {
      const found = original.apply(this, arguments);
      try {
        const path = found && request.route?.path;
        if (typeof path === 'string') setRoute(request, path);
      } catch (error) {
        tools.fault(error);
      }
      return found;
    };
  });
};

/** For restify's `lib/chain.js`: the handlers of `pre`, of `use`, and of each route are a chain. */
export const patchChain: Patch = (exports, _library, tools) => {
  wrap(exports.prototype, 'run', 'restify', (original) => {
    return function run(this: any) {
      if (detailed(tools, 'handler')) {
        try {
          const { _stack: stack } = this;
          for (let i = 0; i < stack.length; i++) {
            if (!wrappedBy(stack[i], 'restify')) stack[i] = traced(stack[i], stack, tools);
          }
        } catch (error) {
          tools.fault(error);
        }
      }
      return original.apply(this, arguments);
    };
  });
};

/** restify calls handlers of four parameters with an error before the request. */
function traced(handler: (...args: any[]) => any, stack: readonly unknown[], tools: Tools) {
  const at = handler.length === 4 ? 1 : 0;
  const own = wrapped(handler, 'restify', function (this: unknown) {
    const request: any = arguments[at];
    const isRoute = stack[stack.length - 1] === own && request?.route?.chain?._stack === stack;
    const span = startHandlerSpan(tools, isRoute ? 'handler' : 'middleware', request, ({ route }) => {
      const name = (handler as any)._name || handler.name || '<anonymous>';
      return {
        name: isRoute ? `request handler - ${route}` : `middleware - ${name}`,
        attributes: {
          'restify.type': isRoute ? 'request_handler' : 'middleware',
          'restify.name': name,
          // None in a handler of `pre`.
          ...(route === undefined ? {} : { 'http.route': route }),
        },
      };
    });
    if (span === undefined) return Reflect.apply(handler, this, arguments);
    const args = [...arguments];
    args[at + 2] = span.next(args[at + 2], isError);
    return span.run(handler, this, args, 'awaited', true);
  });
  return own;
}

/** `next(false)` ends the chain, `next('name')` leads to another route. */
function isError(given: unknown): boolean {
  return !!given && typeof given !== 'string';
}
