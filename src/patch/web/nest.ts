/**
 * Makes a span of each NestJS controller method where the setting `detail` asks for it. The routes of NestJS are named
 * by the patches of Express and find-my-way, which it registers them with.
 * Second station of a span's way, below the HTTP server's span.
 */

import type { Patch } from '../instrumentation';
import { wrap, wrapped } from '../wrap';
import { startHandlerSpan } from './handler-span';

/** For `router/router-execution-context.js` of @nestjs/core: `create` makes the function that the platform calls. */
export const patch: Patch = (exports, _library, tools) => {
  wrap(exports.RouterExecutionContext.prototype, 'create', 'nestjs', (original) => {
    return function create(this: unknown, instance: any, callback: any) {
      const handler = original.apply(this, arguments);
      if (typeof handler !== 'function') return handler;
      return wrapped(handler, 'nestjs', function (this: unknown, request: any) {
        // Fastify's request holds Node's.
        const span = startHandlerSpan(tools, 'handler', request?.raw ?? request, ({ route }) => {
          const controller = instance?.constructor?.name || '<anonymous>';
          const method = callback?.name || '<anonymous>';
          return {
            name: `${controller}.${method}`,
            attributes: {
              'nestjs.type': 'request_context',
              'nestjs.controller': controller,
              'nestjs.callback': method,
              ...(route === undefined ? {} : { 'http.route': route }),
            },
          };
        });
        if (span === undefined) return Reflect.apply(handler, this, arguments);
        return span.run(handler, this, arguments, 'returned', false);
      });
    };
  });
};
