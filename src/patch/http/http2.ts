/**
 * Waits for the first use of Node's `http2`: undici loads it, and `pg` undici by a look at the globals.
 * Second station of a span's way: `http2-server.ts` and `http2-client.ts` have the rest.
 */
import { EventEmitter } from 'node:events';
import type * as Http2 from 'node:http2';
import { Server as NetServer } from 'node:net';
import type { Patch, Tools } from '../instrumentation';
import { wrap } from '../wrap';
import type { Http2Request } from './http2-client';
import type { Http2Emit } from './http2-server';
import { defineEmit, emitPlain } from './traced';

/** An agent that is started again has the same tools, and finds its patches in place. */
const patched = new WeakSet<Tools>();

export const patch: Patch = (http2: typeof Http2, _library, tools) => {
  if (patched.has(tools)) return http2;
  patched.add(tools);
  awaitSession(http2, tools);
  awaitRequest(http2, tools);
  return http2;
};

/** A server tells of a client's session before its first stream, or had one before the agent came. */
function awaitSession(http2: typeof Http2, tools: Tools): void {
  let emitTraced: Http2Emit | undefined;
  // net.Server's prototype: both kinds of HTTP/2 server have it, with TLS and without.
  defineEmit(NetServer.prototype, (next) => {
    return function emit(this: NetServer, event: string): boolean {
      if (emitTraced === undefined) {
        if (tools.off || (event !== 'session' && event !== 'stream')) return emitPlain(next, this, arguments);
        try {
          emitTraced = (require('./http2-server') as typeof import('./http2-server')).http2Emit(http2, tools);
        } catch (error) {
          tools.fault(error);
          return emitPlain(next, this, arguments);
        }
      }
      return emitTraced(next, this, arguments);
    };
  });
}

function awaitRequest(http2: typeof Http2, tools: Tools): void {
  let traced: Http2Request | undefined;
  wrap(sessionPrototype(http2), 'request', 'http2', (original) => {
    return function request(this: Http2.ClientHttp2Session) {
      if (traced === undefined && tools.off) return original.apply(this, arguments);
      try {
        traced ??= (require('./http2-client') as typeof import('./http2-client')).http2Requests(tools);
      } catch (error) {
        tools.fault(error);
        return original.apply(this, arguments);
      }
      return traced(original, this, arguments);
    };
  });
}

/**
 * The prototype of all client sessions, to which no export leads: the constructor of one tells it, which is stopped
 * there, before it touches a socket.
 */
function sessionPrototype(http2: typeof Http2): object {
  const emitter = EventEmitter as unknown as { init: unknown };
  const { init } = emitter;
  const stop = new Error('the prototype of client sessions was seen');
  let prototype: object | undefined;
  try {
    emitter.init = function (this: object) {
      prototype = Object.getPrototypeOf(this);
      throw stop;
    };
    http2.connect('http://localhost', { createConnection: () => ({}) as any });
  } catch (error) {
    if (error !== stop) throw error;
  } finally {
    emitter.init = init;
  }
  if (prototype === undefined || !Object.hasOwn(prototype, 'request')) throw new Error('no client session');
  return prototype;
}
