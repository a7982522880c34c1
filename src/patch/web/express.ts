/**
 * Names the route of a request that Express 4 or 5 handles, through all mounted routers and applications:
 * `GET /api/users/:id`. Spans of its own only where the setting `detail` asks for them (`express-spans.ts`).
 * Second station of a span's way, beside the HTTP server's patch.
 *
 * Express 4 holds its router; 5 takes the package `router`, which also stands alone. Both are alike: a router has a
 * stack of layers, a layer of `use` leads on (perhaps into another router), a layer of `route` holds handlers. When a
 * layer is registered, its path and router are noted; when it runs, the request learns which template it is at.
 */

import { type ServerRequest, serverRequest } from '../http/server-request';
import { expectDistinct, field } from '../http/traced';
import type { Patch, Tools } from '../instrumentation';
import { wrap } from '../wrap';
import { layerSpan, runLayer } from './express-spans';
import { joinTemplates, pathTemplate } from './route-template';

/** What was registered. */
interface Registered {
  /** The router that holds the layer. */
  readonly router: object;
  readonly template: string;
  /** Of a list of paths, one layer each, which tell the path that fits. */
  readonly alternatives: readonly Alternative[] | undefined;
  /** The last full template, kept with the router's mount template that it was made for. */
  mount: string | undefined;
  full: string;
}

interface Alternative {
  readonly template: string;
  readonly layer: any;
}

/** A router that the request went into. The innermost comes first. */
interface Entered {
  readonly router: object;
  /** Template of where the router is mounted, for this request. */
  readonly mount: string;
  /** The part of the URL that was taken off before the router. */
  readonly baseUrl: string;
  readonly outer: Entered | undefined;
}

/** Where a request is. */
class Position {
  entered: Entered | undefined = undefined;
  /** Template of the layer that runs, which a router below is mounted at. */
  template = '';
}

const registered = new WeakMap<object, Registered>();

/** For Express 4's main export, and for router's. */
export const patch: Patch = (exports, library, tools) => {
  expectDistinct();
  patchRouter(library.name === 'express' ? exports.Router : exports.prototype, tools);
  return exports;
};

/** @param prototype what `use`, `route` and `handle` of every router are looked up on */
function patchRouter(prototype: any, tools: Tools): void {
  wrap(prototype, 'use', 'express', (original) => {
    return function use(this: any, first: unknown) {
      const before = this?.stack?.length;
      const result = original.apply(this, arguments);
      register(this, before, firstPath(first));
      return result;
    };
  });

  wrap(prototype, 'route', 'express', (original) => {
    return function route(this: any, path: unknown) {
      const before = this?.stack?.length;
      const result = original.apply(this, arguments);
      register(this, before, path);
      return result;
    };
  });

  wrap(prototype, 'handle', 'express', (original) => {
    return function handle(this: any, request: any) {
      try {
        enter(this, request);
      } catch (error) {
        tools.fault(error);
      }
      return original.apply(this, arguments);
    };
  });

  function register(router: any, before: number, path: unknown): void {
    try {
      const { stack } = router;
      for (let i = before; i < stack.length; i++) {
        const layer = stack[i];
        patchLayer(layer, tools);
        registered.set(layer, {
          router,
          template: pathTemplate(path),
          alternatives: Array.isArray(path) ? alternatives(layer, path, router) : undefined,
          mount: undefined,
          full: '',
        });
      }
    } catch (error) {
      tools.fault(error);
    }
  }
}

/** The path among what `use` was called with: the first argument, unless that is a handler or a list of handlers. */
function firstPath(first: any): unknown {
  let inner = first;
  while (Array.isArray(inner) && inner.length !== 0) inner = inner[0];
  return typeof inner === 'function' ? '/' : first;
}

function alternatives(layer: any, paths: unknown[], router: any): Alternative[] {
  const isRoute = layer.route !== undefined;
  const options = { sensitive: router.caseSensitive, strict: isRoute && router.strict, end: isRoute };
  return paths.flat(Infinity).map((path) => ({
    template: pathTemplate(path),
    layer: new layer.constructor(stateless(path), options, () => {}),
  }));
}

/** A regular expression with `g` or `y` remembers where it stopped: a copy keeps the application's own as it was. */
function stateless(path: unknown): unknown {
  return path instanceof RegExp ? new RegExp(path.source, path.flags.replace(/[gy]/g, '')) : path;
}

function enter(router: object, request: any): void {
  const traced = serverRequest(request);
  if (traced === undefined) return;
  const position = positionOf(traced);
  position.entered = {
    router,
    mount: position.template,
    baseUrl: request.baseUrl || '',
    outer: position.entered,
  };
}

function positionOf(traced: ServerRequest): Position {
  if (!(traced.web instanceof Position)) traced.web = new Position();
  return traced.web as Position;
}

/** Layers of one copy of Express share a prototype, which is met with the first layer. */
function patchLayer(layer: any, tools: Tools): void {
  const prototype = Object.getPrototypeOf(layer);
  const [handle, handleError] =
    typeof prototype.handleRequest === 'function'
      ? ['handleRequest', 'handleError']
      : ['handle_request', 'handle_error'];
  if (typeof prototype[handle] !== 'function') {
    patchHandle(layer, tools);
    return;
  }

  wrap(prototype, handle, 'express', (original) => {
    return function handleRequest(this: any, request: any) {
      meet(this, request, tools);
      const span =
        this.handle?.length > 3 ? undefined : layerSpan(this, registered.has(this), request, tools);
      if (span === undefined) return original.apply(this, arguments);
      return runLayer(span, original, this, arguments, 2);
    };
  });

  wrap(prototype, handleError, 'express', (original) => {
    return function handleError(this: any, _error: unknown, request: any) {
      const span =
        this.handle?.length === 4 ? layerSpan(this, registered.has(this), request, tools) : undefined;
      if (span === undefined) return original.apply(this, arguments);
      return runLayer(span, original, this, arguments, 3);
    };
  });
}

/** Express before 4.6 calls the layers' functions itself. Those of a route are no layers, and have no spans. */
function patchHandle(layer: any, tools: Tools): void {
  if (layer.handle?.length > 3) return;
  wrap(layer, 'handle', 'express', (original) => {
    return function handle(this: any, request: any) {
      meet(layer, request, tools);
      const span = layerSpan(layer, true, request, tools);
      if (span === undefined) return original.apply(this, arguments);
      return runLayer(span, original, this, arguments, 2);
    };
  });
}

function meet(layer: any, request: any, tools: Tools): void {
  try {
    // A route's own handlers are layers as well, which were not registered with a router.
    const its = registered.get(layer);
    if (its !== undefined) run(layer, its, request);
  } catch (error) {
    tools.fault(error);
  }
}

/** A layer that fits the request is about to run. */
function run(layer: any, its: Registered, request: any): void {
  const traced = serverRequest(request);
  if (traced === undefined) return;
  const position = positionOf(traced);
  let entered = position.entered;
  while (entered !== undefined && entered.router !== its.router) entered = entered.outer;
  const mount = entered === undefined ? '' : entered.mount;
  if (entered !== undefined) position.entered = entered;
  const { route } = layer;
  if (route === undefined) {
    position.template = templateAt(its, mount, request, entered, false);
    return;
  }
  // A HEAD request comes to every route that fits, also where no handler takes it.
  if (field(request, 'method') === 'HEAD' && !handlesHead(route)) return;
  traced.setRoute(templateAt(its, mount, request, entered, true) || '/');
}

function templateAt(
  its: Registered,
  mount: string,
  request: any,
  entered: Entered | undefined,
  isRoute: boolean,
): string {
  if (its.alternatives !== undefined) {
    const path = isRoute
      ? pathname(request.url)
      : (request.baseUrl ?? '').slice(entered?.baseUrl.length ?? 0);
    return joinTemplates(mount, fitting(its.alternatives, path || '/') ?? its.template);
  }
  if (its.mount !== mount) {
    its.mount = mount;
    its.full = joinTemplates(mount, its.template);
  }
  return its.full;
}

function fitting(alternatives: readonly Alternative[], path: string): string | undefined {
  for (const each of alternatives) if (each.layer.match(path)) return each.template;
  return undefined;
}

function pathname(url: string): string {
  const mark = url.indexOf('?');
  return mark === -1 ? url : url.slice(0, mark);
}

function handlesHead(route: any): boolean {
  const { methods } = route;
  return !!(methods._all || methods.head || methods.get);
}
