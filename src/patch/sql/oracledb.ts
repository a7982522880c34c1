/**
 * Patches oracledb (6.x and later, thin and thick mode): one CLIENT span for each execution.
 * Second station of a span's way, in a chunk that is read when the application loads the library.
 */
import { context, type Span } from '@opentelemetry/api';
import type { Patch, Tools } from '../instrumentation';
import { wrap } from '../wrap';
import { observePromise } from './observe-promise';
import { type Peer, Peers } from './peer';
import { QueryTexts, startQuery } from './query-text';

const MARK = 'oracledb';
const SYSTEM = 'oracle.db';

type AnyFunction = (this: any, ...args: any[]) => any;

const texts = new QueryTexts(SYSTEM);
const peers = new Peers(1521);
const peerOfConnection = new WeakMap<object, Peer>();

/** For the package's main file. Every execution, streams' included, comes down to a connection's two methods. */
export const patch: Patch = (exports, _library, tools) => {
  for (const name of ['execute', 'executeMany']) {
    wrap(exports.Connection.prototype, name, MARK, (original: AnyFunction) => {
      return function (this: any, ...args: any[]) {
        const last = args.length - 1;
        const callback = typeof args[last] === 'function' ? (args[last] as AnyFunction) : undefined;
        const span = tools.wanted() ? start(this, args[0], tools) : undefined;
        if (callback !== undefined) {
          const caller = context.active();
          args[last] = function (this: unknown, ...answer: any[]) {
            if (span !== undefined) end(span, answer[0], answer[1], tools);
            return context.with(caller, callback, this, ...answer);
          };
        }
        let result: any;
        try {
          result = original.apply(this, args);
        } catch (error) {
          if (span !== undefined) end(span, error, undefined, tools);
          throw error;
        }
        if (span === undefined || callback !== undefined) return result;
        return observePromise(result, (error, value) => end(span, error, value, tools));
      };
    });
  }
};

/** Starts an execution's span. Contains its failures. */
function start(connection: any, statement: any, tools: Tools): Span | undefined {
  try {
    const sql = typeof statement === 'string' ? statement : statement?.statement;
    if (typeof sql !== 'string') return undefined;
    return startQuery(tools, texts.get(sql), peerOf(connection));
  } catch (error) {
    tools.fault(error);
    return undefined;
  }
}

/** The service's name is the namespace that users know; in thin mode the driver knows it and the server's address. */
function peerOf(connection: any): Peer {
  let peer = peerOfConnection.get(connection);
  if (peer === undefined) {
    const { hostName, port, serviceName, dbName } = connection._impl?._getConnectTraceConfig?.() ?? {};
    peer = peers.get(SYSTEM, hostName, port, serviceName || dbName);
    peerOfConnection.set(connection, peer);
  }
  return peer;
}

/** Ends an execution's span. Contains its failures. */
function end(span: Span, error: any, result: any, tools: Tools): void {
  let reason = error || undefined;
  try {
    if (error) {
      // `ORA-00942`; those of the driver itself begin with NJS- and are no answer of the server.
      const { code } = error;
      if (typeof code === 'string' && code.startsWith('ORA-'))
        span.setAttribute('db.response.status_code', code);
      if (typeof code === 'string') reason = { code };
    } else if (Array.isArray(result?.rows)) {
      span.setAttribute('db.response.returned_rows', result.rows.length);
    }
  } catch (failure) {
    tools.fault(failure);
  }
  tools.endClientSpan(span, reason);
}
