/**
 * Makes spans of Koa's middleware where the setting `detail` asks for them; each holds those that it awaits.
 * Second station of a span's way, below the HTTP server's span.
 */

import type { Patch, Tools } from '../instrumentation';
import { wrap, wrapped } from '../wrap';
import { detailed, startHandlerSpan } from './handler-span';

/** For Koa's main export, the class of applications. */
export const patch: Patch = (exports, _library, tools) => {
  wrap(exports.prototype, 'use', 'koa', (original) => {
    return function use(this: any, middleware: unknown) {
      const before = this?.middleware?.length;
      const result = original.apply(this, arguments);
      if (detailed(tools, 'middleware')) {
        try {
          const { middleware: all } = this;
          // Koa 2 has put a function of its own in a generator's place.
          for (let i = before; i < all.length; i++) all[i] = traced(all[i], middleware, tools);
        } catch (error) {
          tools.fault(error);
        }
      }
      return result;
    };
  });
};

function traced(middleware: (...args: any[]) => any, given: any, tools: Tools) {
  // A router is told by what it holds.
  if (given?.router !== undefined) return middleware;
  const name = given?.name || '<anonymous>';
  return wrapped(middleware, 'koa', function (this: unknown, ctx: any) {
    const span = startHandlerSpan(tools, 'middleware', ctx?.req, () => ({
      name: `middleware - ${name}`,
      attributes: { 'koa.type': 'middleware', 'koa.name': name },
    }));
    if (span === undefined) return Reflect.apply(middleware, this, arguments);
    return span.run(middleware, this, arguments, 'returned', false);
  });
}
