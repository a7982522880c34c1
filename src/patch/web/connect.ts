/**
 * Names the path that the answering middleware of Connect is mounted at, through nested applications, and makes spans
 * of middleware where the setting `detail` asks for them. Connect has no routes: `/api` stands for all below it.
 * Second station of a span's way, beside the HTTP server's patch.
 */

import { serverRequest } from '../http/server-request';
import type { Patch, Tools } from '../instrumentation';
import { wrap, wrapped } from '../wrap';
import { detailed, startHandlerSpan } from './handler-span';
import { joinTemplates } from './route-template';

type Handle = (...args: any[]) => any;

/** Where a request is: the path that the application is mounted at which runs now. */
class Mount {
  constructor(public path: string) {}
}

/** For Connect's main export, the function that makes an application. */
export const patch: Patch = (exports, _library, tools) =>
  wrapped(exports, 'connect', function (this: unknown) {
    const app = exports.apply(this, arguments);
    try {
      patchApp(app, tools);
    } catch (error) {
      tools.fault(error);
    }
    return app;
  });

function patchApp(app: any, tools: Tools): void {
  wrap(app, 'use', 'connect', (original) => {
    return function use(this: any, first: any, second: any) {
      const before = this?.stack?.length;
      const result = original.apply(this, arguments);
      try {
        const given = typeof first === 'string' ? second : first;
        const { stack } = this;
        for (let i = before; i < stack.length; i++) {
          const { route, handle } = stack[i];
          if (typeof given?.handle === 'function') stack[i].handle = mounted(handle, route, tools);
          else if (route !== '' || detailed(tools, 'middleware'))
            stack[i].handle = named(handle, route, tools);
        }
      } catch (error) {
        tools.fault(error);
      }
      return result;
    };
  });
}

/** A nested application. */
function mounted(handle: Handle, route: string, tools: Tools): Handle {
  return wrapped(handle, 'connect', function (this: unknown, request: any, response: any, next: any) {
    const mount = mountOf(request, tools);
    if (mount === undefined) return Reflect.apply(handle, this, arguments);
    const outer = mount.path;
    mount.path = joinTemplates(outer, route);
    const after = function (this: unknown) {
      mount.path = outer;
      return Reflect.apply(next, this, arguments);
    };
    return Reflect.apply(handle, this, [request, response, after]);
  });
}

function named(handle: Handle, route: string, tools: Tools): Handle {
  // Errors come before the request in a handler of four parameters.
  const at = handle.length === 4 ? 1 : 0;
  const kind = route === '' ? 'middleware' : 'handler';
  const name = handle.name || '<anonymous>';
  return wrapped(handle, 'connect', function (this: unknown) {
    const request = arguments[at];
    if (route !== '') nameRoute(request, route, tools);
    const span = startHandlerSpan(tools, kind, request, ({ route: whole = route }) =>
      kind === 'handler'
        ? {
            name: `request handler - ${whole}`,
            attributes: { 'connect.type': 'request_handler', 'connect.name': whole, 'http.route': whole },
          }
        : {
            name: `middleware - ${name}`,
            attributes: { 'connect.type': 'middleware', 'connect.name': name },
          },
    );
    if (span === undefined) return Reflect.apply(handle, this, arguments);
    const args = [...arguments];
    args[at + 2] = span.next(args[at + 2]);
    return span.run(handle, this, args, 'ignored', true);
  });
}

function nameRoute(request: any, route: string, tools: Tools): void {
  try {
    const server = serverRequest(request);
    if (server === undefined) return;
    server.setRoute(joinTemplates(server.web instanceof Mount ? server.web.path : '', route));
  } catch (error) {
    tools.fault(error);
  }
}

function mountOf(request: any, tools: Tools): Mount | undefined {
  try {
    const server = serverRequest(request);
    if (server === undefined) return undefined;
    if (!(server.web instanceof Mount)) server.web = new Mount('');
    return server.web as Mount;
  } catch (error) {
    tools.fault(error);
    return undefined;
  }
}
