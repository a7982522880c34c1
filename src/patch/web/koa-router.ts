/**
 * Names the routes of Koa's routers, `@koa/router` and `koa-router`, through nested routers and prefixes, and makes
 * spans of their handlers where the setting `detail` asks for them.
 * Second station of a span's way, beside the HTTP server's patch.
 *
 * A router's `match` gives the layers that fit a request, and the router then runs all functions of their stacks as
 * one chain. The layers in its result are replaced by ones that differ only in their stack: its first function names
 * the route. What the application sees of them (`ctx.matched`, the router's own stack) stays as it is.
 */

import { setRoute } from '../http/server-request';
import type { Patch, Tools } from '../instrumentation';
import { wrap, wrapped } from '../wrap';
import { detailed, startHandlerSpan } from './handler-span';
import { mountedAt } from './koa-mount';
import { joinTemplates, pathTemplate } from './route-template';

type Middleware = (...args: any[]) => any;

interface Stand {
  readonly layer: object;
  /** The application may change the layer later, `router.param` and `router.prefix` do. */
  readonly stack: readonly Middleware[];
  readonly path: unknown;
}

/** For a router's main export, a class or what holds it. */
export const patch: Patch = (exports, _library, tools) => {
  const stands = new WeakMap<object, Stand>();
  const router = exports.Router ?? exports.default ?? exports;
  wrap(router.prototype, 'match', 'koa-router', (original) => {
    return function match(this: unknown) {
      const result = original.apply(this, arguments);
      try {
        const layers = result.route ? result.pathAndMethod : undefined;
        if (layers !== undefined) for (let i = 0; i < layers.length; i++) layers[i] = standFor(layers[i]);
      } catch (error) {
        tools.fault(error);
      }
      return result;
    };
  });

  function standFor(layer: any): object {
    const isRoute = layer.methods.length > 0;
    if (!isRoute && !detailed(tools, 'middleware')) return layer;
    const known = stands.get(layer);
    if (known !== undefined && known.path === layer.path && isSame(known.stack, layer.stack))
      return known.layer;
    const stack: Middleware[] = layer.stack;
    const own = stack.map((each, at) => traced(each, layer, isRoute, at, stack.length, tools));
    const stand: Stand = {
      layer: Object.create(layer, {
        stack: { value: own, writable: true, enumerable: true, configurable: true },
      }),
      stack: [...stack],
      path: layer.path,
    };
    stands.set(layer, stand);
    return stand.layer;
  }
};

function isSame(known: readonly unknown[], now: readonly unknown[]): boolean {
  if (known.length !== now.length) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== now[i]) return false;
  return true;
}

function traced(
  handler: Middleware,
  layer: any,
  isRoute: boolean,
  at: number,
  length: number,
  tools: Tools,
): Middleware {
  const names = isRoute && at === 0;
  const kind = isRoute && at === length - 1 ? 'handler' : 'middleware';
  if (!names && !detailed(tools, kind)) return handler;
  const template = pathTemplate(layer.path);
  return wrapped(handler, 'koa-router', function (this: unknown, ctx: any) {
    try {
      if (names) setRoute(ctx.req, wholeRoute(ctx, template) || '/');
    } catch (error) {
      tools.fault(error);
    }
    const span = startHandlerSpan(tools, kind, ctx?.req, () => {
      const route = wholeRoute(ctx, template);
      const name = kind === 'handler' ? route : handler.name || '<anonymous>';
      return {
        name: kind === 'handler' ? `router - ${name}` : `middleware - ${name}`,
        attributes: {
          'koa.type': kind === 'handler' ? 'router' : 'middleware',
          'koa.name': name,
          'http.route': route,
        },
      };
    });
    if (span === undefined) return Reflect.apply(handler, this, arguments);
    return span.run(handler, this, arguments, 'returned', false);
  });
}

/** The route with the prefixes of koa-mount before it. */
function wholeRoute(ctx: object, template: string): string {
  const mount = mountedAt(ctx);
  return mount === '' ? template : joinTemplates(mount, template);
}
