/**
 * Keeps where koa-mount has mounted what handles a request, so that the routers' patch can name the whole route.
 * Second station of a span's way, beside the HTTP server's patch.
 *
 * A mounted function calls its second argument, `upstream`, where the path doesn't fit, and where what is mounted passes
 * the request on; all else that it calls is below the mount.
 */

import type { Patch } from '../instrumentation';
import { wrapped } from '../wrap';
import { joinTemplates } from './route-template';

type Middleware = (...args: any[]) => any;

/** By the application's context object. */
const mounts = new WeakMap<object, string>();

/** The prefixes of all mounts around what handles the request now; empty for none. */
export function mountedAt(ctx: object): string {
  return mounts.get(ctx) ?? '';
}

/** For koa-mount's main export, the function that mounts. */
export const patch: Patch = (exports, _library, tools) => {
  const original: Middleware = exports;
  return wrapped(original, 'koa-mount', function (this: unknown, prefix: unknown) {
    const mounted = original.apply(this, arguments as any);
    // At `/` it gives what it was given.
    if (typeof prefix !== 'string' || prefix === '/' || typeof mounted !== 'function') return mounted;
    return wrapped(mounted, 'koa-mount', function (this: unknown, ctx: any, upstream: unknown) {
      if (typeof ctx !== 'object' || ctx === null || typeof upstream !== 'function')
        return Reflect.apply(mounted, this, arguments);
      const outer = mountedAt(ctx);
      try {
        mounts.set(ctx, joinTemplates(outer, prefix));
      } catch (error) {
        tools.fault(error);
      }
      return mounted.call(this, ctx, function (this: unknown) {
        mounts.set(ctx, outer);
        return Reflect.apply(upstream, this, arguments);
      });
    });
  });
};
