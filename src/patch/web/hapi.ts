/**
 * Names the routes of hapi, and makes spans of its handlers and lifecycle methods where the setting `detail` asks.
 * Second station of a span's way, beside the HTTP server's patch.
 */

import { setRoute } from '../http/server-request';
import type { Patch } from '../instrumentation';
import { wrap, wrapped } from '../wrap';
import { detailed, startHandlerSpan } from './handler-span';

/** For hapi's `lib/request.js`, the class of requests: its `_lookup` finds the route, before authentication. */
export const patch: Patch = (exports, _library, tools) => {
  wrap(exports.prototype, '_lookup', 'hapi', (original) => {
    return function _lookup(this: any) {
      const result = original.apply(this, arguments);
      try {
        // Special routes answer what fits none, and CORS preflights.
        if (!this._route._special) setRoute(this.raw.req, this._route.public.path);
      } catch (error) {
        tools.fault(error);
      }
      return result;
    };
  });
};

/** For hapi's `lib/toolkit.js`: everything of the application's goes through `execute` of its manager. */
export const patchToolkit: Patch = (exports, _library, tools) => {
  wrap(exports.Manager.prototype, 'execute', 'hapi', (original) => {
    return function execute(this: unknown, method: any, request: any, options: any) {
      if (!detailed(tools, 'handler') || typeof method !== 'function') return original.apply(this, arguments);
      let traced = method;
      try {
        traced = tracedMethod(method, request, options);
      } catch (error) {
        tools.fault(error);
      }
      return original.call(this, traced, request, options);
    };
  });

  function tracedMethod(method: any, request: any, options: any) {
    return wrapped(method, 'hapi', function (this: unknown) {
      const step = stepOf(method, request, options);
      const span =
        step === undefined ? undefined : startHandlerSpan(tools, step.kind, request?.raw?.req, () => step);
      if (span === undefined) return Reflect.apply(method, this, arguments);
      return span.run(method, this, arguments, 'awaited', false);
    });
  }

  function stepOf(method: any, request: any, options: any) {
    try {
      const { _route: route } = request;
      if (options?.name !== undefined) {
        const name = String(options.name);
        return {
          kind: 'middleware' as const,
          name: `ext - ${name}`,
          attributes: { 'hapi.type': 'server.ext', 'server.ext.type': name },
        };
      }
      if (method === route.settings.handler) {
        if (route._special) return undefined;
        const { path } = route.public;
        return {
          kind: 'handler' as const,
          name: `route - ${path}`,
          attributes: { 'hapi.type': 'router', 'http.route': path },
        };
      }
      const name = method.name || '<anonymous>';
      return {
        kind: 'middleware' as const,
        name: `middleware - ${name}`,
        attributes: { 'hapi.type': 'middleware' },
      };
    } catch (error) {
      tools.fault(error);
      return undefined;
    }
  }
};
