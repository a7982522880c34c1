/**
 * Follows a query object that the application made itself (Query, Cursor, QueryStream, COPY streams) to its end.
 * Second station of a span's way, beside pg.ts. The object's own handlers are covered on this one object: the client
 * calls them for every kind of query, while a listener for 'error' would change what an error does.
 */
import { type Context, context, type Span } from '@opentelemetry/api';
import type { Tools } from '../instrumentation';
import { endPgQuery } from './end-pg-query';

/** What a client calls on a query, and where the application's code may run from the shared socket. */
const HANDLERS = [
  'handleRowDescription',
  'handleDataRow',
  'handlePortalSuspended',
  'handleCommandComplete',
  'handleEmptyQuery',
  'handleCopyInResponse',
  'handleCopyOutResponse',
  'handleCopyData',
  'handleReadyForQuery',
  'handleError',
] as const;

interface Watched {
  span: Span | undefined;
  caller: Context;
  /** Rows that have come; a cursor's result tells no number. */
  rows: number;
}

const watched = new WeakMap<object, Watched>();

/**
 * Ends `span` when the client is done with `query`, and runs its handlers in the caller's context.
 * Call it before the query is given to the client. Contains its failures.
 */
export function watchSubmittable(query: any, span: Span | undefined, tools: Tools): void {
  try {
    const caller = context.active();
    const known = watched.get(query);
    if (known !== undefined) {
      known.span = span;
      known.caller = caller;
      known.rows = 0;
      return;
    }
    if (!Object.isExtensible(query)) {
      // Nothing will tell when it ends; a span as long as the call is all there is.
      if (span !== undefined) tools.endClientSpan(span);
      return;
    }
    const state: Watched = { span, caller, rows: 0 };
    watched.set(query, state);
    for (const name of HANDLERS) {
      if (typeof query[name] === 'function') cover(query, name, state, tools);
    }
    // pg-native's queries end by an event; who listens for 'end' changes nothing.
    if (typeof query.handleReadyForQuery !== 'function' && typeof query.once === 'function') {
      query.once('end', (result: unknown) => end(state, undefined, result, tools));
    }
  } catch (failure) {
    tools.fault(failure);
  }
}

function cover(query: any, name: (typeof HANDLERS)[number], state: Watched, tools: Tools): void {
  const original = query[name];
  const failed = name === 'handleError';
  const ended = failed || name === 'handleReadyForQuery';
  const row = name === 'handleDataRow';
  Object.defineProperty(query, name, {
    configurable: true,
    writable: true,
    enumerable: Object.hasOwn(query, name) && Object.prototype.propertyIsEnumerable.call(query, name),
    value: function (this: any, ...args: any[]) {
      if (row) state.rows++;
      else if (ended) end(state, failed ? args[0] : undefined, selected(this, state), tools);
      return context.with(state.caller, original, this, ...args);
    },
  });
}

/** What pg's result would tell; a cursor has none, and gives nothing but rows. Contains its failures. */
function selected(query: any, { rows }: Watched): object | undefined {
  try {
    const command: unknown = query._result?.command;
    if (typeof command === 'string') return { command, rowCount: rows };
    const isCursor = typeof query.read === 'function' || query.cursor !== undefined;
    return isCursor ? { command: 'SELECT', rowCount: rows } : undefined;
  } catch {
    // The application's own object; the number of rows is left out.
    return undefined;
  }
}

function end(state: Watched, error: unknown, result: unknown, tools: Tools): void {
  const { span } = state;
  state.span = undefined;
  if (span !== undefined) endPgQuery(tools, span, error, result);
}
