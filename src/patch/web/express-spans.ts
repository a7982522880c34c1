/**
 * Makes the spans of Express's middleware and handlers where the setting `detail` asks for them.
 * Second station of a span's way, below the HTTP server's span.
 */

import type { Tools } from '../instrumentation';
import { detailed, type HandlerSpan, startHandlerSpan } from './handler-span';

/**
 * The span of a layer that is about to run. Routes, routers and applications have none: what they hold has.
 * @param isRouters whether a router holds the layer, not a route
 */
export function layerSpan(
  layer: any,
  isRouters: boolean,
  request: any,
  tools: Tools,
): HandlerSpan | undefined {
  if (!detailed(tools, 'handler')) return undefined;
  try {
    if (layer.route !== undefined || leadsOn(layer.handle)) return undefined;
    if (!isRouters && layer.handle.length < 4 && answers(layer, request.route?.stack)) {
      return startHandlerSpan(tools, 'handler', request, ({ route = '' }) => ({
        name: `request handler - ${route}`,
        attributes: { 'express.type': 'request_handler', 'express.name': route, 'http.route': route },
      }));
    }
    return startHandlerSpan(tools, 'middleware', request, () => {
      const name = layer.handle.name || '<anonymous>';
      return {
        name: `middleware - ${name}`,
        attributes: { 'express.type': 'middleware', 'express.name': name },
      };
    });
  } catch (error) {
    tools.fault(error);
    return undefined;
  }
}

/** @param at where among the arguments `next` is */
export function runLayer(
  span: HandlerSpan,
  original: (...args: any[]) => unknown,
  layer: unknown,
  given: ArrayLike<unknown>,
  at: number,
): unknown {
  const args = Array.from(given);
  args[at] = span.next(args[at], isError);
  return span.run(original, layer, args, 'ignored', true);
}

function isError(given: unknown): boolean {
  return !!given && given !== 'route' && given !== 'router';
}

function leadsOn(handle: any): boolean {
  return Array.isArray(handle.stack) || handle.name === 'mounted_app';
}

/** Whether no other handler of the route comes after the layer, which is then the one that answers. */
function answers(layer: any, stack: any): boolean {
  if (!Array.isArray(stack)) return false;
  for (let i = stack.length - 1; i >= 0; i--) {
    if (stack[i] === layer) return true;
    const { method, handle } = stack[i];
    const isSame = method === undefined || layer.method === undefined || method === layer.method;
    if (isSame && handle.length < 4) return false;
  }
  return false;
}
