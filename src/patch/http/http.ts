/**
 * The patch of Node's `http`: server and client, and with them `https`, whose classes are built on http's.
 * Second station of a span's way.
 */
import type * as Http from 'node:http';
import type { Patch, Tools } from '../instrumentation';
import { patchClient } from './client';
import { patchServer } from './server';

/** An agent that is started again has the same tools, and finds its patches in place. */
const patched = new WeakSet<Tools>();

export const patch: Patch = (http: typeof Http, _library, tools) => {
  if (patched.has(tools)) return http;
  patched.add(tools);
  patchServer(http, tools);
  patchClient(http, tools);
  return http;
};
