/**
 * The patch of Node's `http2`: server and client, stream API and compatibility API.
 * Second station of a span's way.
 */
import type * as Http2 from 'node:http2';
import type { Patch, Tools } from '../instrumentation';
import { patchHttp2Client } from './http2-client';
import { patchHttp2Server } from './http2-server';

/** An agent that is started again has the same tools, and finds its patches in place. */
const patched = new WeakSet<Tools>();

export const patch: Patch = (http2: typeof Http2, _library, tools) => {
  if (patched.has(tools)) return http2;
  patched.add(tools);
  patchHttp2Server(http2, tools);
  patchHttp2Client(http2, tools);
  return http2;
};
