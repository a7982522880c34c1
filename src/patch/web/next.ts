/**
 * Names the route of a request that Next.js's server handles: `/blog/[slug]`. Next.js makes spans of its own, and tells
 * its own server span the route where that is the trace's first; this tells ours.
 * Second station of a span's way, beside the HTTP server's patch.
 */

import { serverRequest } from '../http/server-request';
import type { Patch, Tools } from '../instrumentation';
import { wrap } from '../wrap';

/** What answers in place of a page. */
const ERRORS = ['/404', '/500', '/_error', '/_not-found'];

/**
 * For `dist/server/base-server.js`, whose default export is the class of servers: pages and route handlers go through
 * this method. An error page comes after the page that failed, which has named the route.
 */
export const patch: Patch = (exports, _library, tools) => {
  wrap(exports.default.prototype, 'renderToResponseWithComponents', 'next', (original) => {
    return function renderToResponseWithComponents(this: unknown, page: any) {
      name(page?.req, page?.pathname, tools);
      return original.apply(this, arguments);
    };
  });
};

/** For `dist/server/next-server.js`, whose default export is that of Node.js: API routes of the pages router. */
export const patchApi: Patch = (exports, _library, tools) => {
  wrap(exports.default.prototype, 'runApi', 'next', (original) => {
    return function runApi(this: unknown, request: any, _response: unknown, _query: unknown, match: any) {
      name(request, match?.definition?.pathname, tools);
      return original.apply(this, arguments);
    };
  });
};

/** @param request Next.js's own, which holds Node's */
function name(request: any, route: unknown, tools: Tools): void {
  try {
    const server = serverRequest(request.originalRequest ?? request);
    if (server?.route === undefined && typeof route === 'string' && !ERRORS.includes(route))
      server?.setRoute(route);
  } catch (error) {
    tools.fault(error);
  }
}
