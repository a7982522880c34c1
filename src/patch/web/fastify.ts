/**
 * Makes spans of Fastify's route handlers and hooks where the setting `detail` asks for them. Their routes are named by
 * find-my-way's patch.
 * Second station of a span's way, below the HTTP server's span.
 */

import type { Patch, Tools } from '../instrumentation';
import { wrap, wrapped, wrappedBy } from '../wrap';
import { detailed, startHandlerSpan } from './handler-span';

/** The hooks of a request, as `addHook` and a route's options name them. */
const HOOKS = [
  'onRequest',
  'preParsing',
  'preValidation',
  'preHandler',
  'preSerialization',
  'onSend',
  'onResponse',
  'onError',
];

type AnyFunction = (...args: any[]) => any;

/** For Fastify's main export, the function that makes an application. */
export const patch: Patch = (exports, _library, tools) => {
  const original = exports;
  const fastify = wrapped(original, 'fastify', function (this: unknown) {
    const app = original.apply(this, arguments);
    if (detailed(tools, 'handler')) {
      try {
        traceApp(app, tools);
      } catch (error) {
        tools.fault(error);
      }
    }
    return app;
  }) as any;
  for (const name of ['fastify', 'default']) {
    if (fastify[name] === original) Object.defineProperty(fastify, name, { value: fastify });
  }
  return fastify;
};

function traceApp(app: any, tools: Tools): void {
  app.addHook('onRoute', (route: any) => {
    try {
      traceRoute(route, tools);
    } catch (error) {
      tools.fault(error);
    }
  });
  if (!detailed(tools, 'middleware')) return;
  // Plugins' applications inherit from this one.
  wrap(app, 'addHook', 'fastify', (original) => {
    return function addHook(this: unknown, name: any, hook: any) {
      let traced = hook;
      try {
        if (HOOKS.includes(name) && typeof hook === 'function') traced = tracedHook(hook, name, tools);
      } catch (error) {
        tools.fault(error);
      }
      return arguments.length === 2 ? original.call(this, name, traced) : original.apply(this, arguments);
    };
  });
}

/** @param route its options, Fastify's own copy of the application's */
function traceRoute(route: any, tools: Tools): void {
  if (typeof route.handler === 'function') route.handler = tracedHandler(route.handler, route.url, tools);
  if (!detailed(tools, 'middleware')) return;
  for (const name of HOOKS) {
    const hooks = route[name];
    if (typeof hooks === 'function') route[name] = tracedHook(hooks, name, tools);
    else if (Array.isArray(hooks)) {
      route[name] = hooks.map((each) => (typeof each === 'function' ? tracedHook(each, name, tools) : each));
    }
  }
}

function tracedHandler(handler: AnyFunction, url: string, tools: Tools): AnyFunction {
  if (wrappedBy(handler, 'fastify')) return handler;
  return wrapped(handler, 'fastify', function (this: unknown, request: any) {
    const span = startHandlerSpan(tools, 'handler', request?.raw, ({ route = url }) => ({
      name: `request handler - ${route}`,
      attributes: { 'fastify.type': 'request_handler', 'fastify.name': handler.name, 'http.route': route },
    }));
    if (span === undefined) return Reflect.apply(handler, this, arguments);
    return span.run(handler, this, arguments, 'awaited', true);
  });
}

function tracedHook(hook: AnyFunction, name: string, tools: Tools): AnyFunction {
  if (wrappedBy(hook, 'fastify')) return hook;
  return wrapped(hook, 'fastify', function (this: unknown, request: any) {
    const span = startHandlerSpan(tools, 'middleware', request?.raw, () => ({
      name: `middleware - ${hook.name || name}`,
      attributes: { 'fastify.type': 'middleware', 'fastify.name': hook.name, 'hook.name': name },
    }));
    if (span === undefined) return Reflect.apply(hook, this, arguments);
    const args: unknown[] = [...arguments];
    // Called back with an error, or with another payload.
    args.push(span.next(args.pop()));
    return span.run(hook, this, args, 'awaited', true);
  });
}
