/**
 * Traces node-redis 2.6 to 3 (callbacks): a span for each command, and one for each MULTI or batch, ended by the
 * command's callback or, where it has none, by the reply. Second station of a span's way.
 */
import { type Context, context, type Span } from '@opentelemetry/api';
import type { Patch, Tools } from '../instrumentation';
import { wrap } from '../wrap';
import { type Endpoint, endpointAt, startStatement } from './endpoint';
import { endFailedSpan, firstError } from './reply-error';
import { Batch } from './statement';

const MARK = 'redis';
/** On a command: undefined never seen, null seen and not traced (any more), else what its reply ends. */
const PENDING = Symbol('tracing-agent.pending');
const STATE = Symbol('tracing-agent.connection');

type Callback = (...args: unknown[]) => unknown;

interface Command {
  readonly command: string;
  readonly args: readonly unknown[];
  callback?: Callback;
  [PENDING]?: Pending | null;
}

/** A span, which one command ends, or all commands of a batch together. */
interface Pending {
  readonly span: Span;
  left: number;
  error?: unknown;
}

interface Queue {
  peekFront(): Command | undefined;
  peekBack(): Command | undefined;
  toArray(): Command[];
}

interface Client {
  readonly ready: boolean;
  readonly stream: { readonly writable?: boolean };
  readonly selected_db?: unknown;
  readonly connection_options?: { readonly host?: string; readonly port?: number; readonly path?: string };
  readonly command_queue: Queue;
  readonly offline_queue: Queue;
  [STATE]?: { readonly database: unknown; readonly endpoint: Endpoint };
}

interface Multi {
  readonly _client: Client;
  readonly queue: Queue;
}

/** Above zero while the library sends for itself, to authenticate, check or restore; all of that is synchronous. */
let internal = 0;
/** Set while a batch sends its commands, which is synchronous; its `pending` where it has a span. */
let sending: { readonly kind: Batch['kind']; pending: Pending | undefined } | undefined;

/** `index.js` */
export const patchNodeRedis3: Patch = (exports, _library, tools) => {
  const { prototype } = exports.RedisClient;
  wrap(prototype, 'internal_send_command', MARK, (original) => {
    return function internal_send_command(this: Client, command: Command): unknown {
      const open = begin(tools, this, command);
      try {
        const result = original.apply(this, arguments);
        endUnqueued(tools, this, command, open);
        return result;
      } catch (error) {
        // Such as an argument that can't be encoded: nobody will call back.
        end(tools, command, error);
        throw error;
      }
    };
  });
  wrap(prototype, 'return_error', MARK, (original) => {
    return function return_error(this: Client, error: unknown): unknown {
      end(tools, this.command_queue?.peekFront(), error);
      return original.apply(this, arguments);
    };
  });
  wrap(prototype, 'return_reply', MARK, (original) => {
    return function return_reply(this: Client): unknown {
      const command = this.command_queue?.peekFront();
      try {
        return original.apply(this, arguments);
      } finally {
        // A message, or one of several replies to SUBSCRIBE, leaves the command where it was.
        if (command?.[PENDING] && this.command_queue.peekFront() !== command) end(tools, command);
      }
    };
  });
  wrap(prototype, 'flush_and_error', MARK, (original) => {
    return function flush_and_error(this: any, attributes: any, options?: any): unknown {
      endFlushed(tools, this, attributes, options?.queues);
      return original.apply(this, arguments);
    };
  });

  for (const method of ['create_stream', 'ready_check', 'on_ready']) {
    wrap(prototype, method, MARK, (original) => {
      return function (this: Client): unknown {
        const before = internal++;
        try {
          return original.apply(this, arguments);
        } finally {
          internal = before;
        }
      };
    });
  }
  // The last act of `on_ready` before it tells the application, whose listeners may send at once.
  wrap(prototype, 'send_offline_queue', MARK, (original) => {
    return function send_offline_queue(this: Client): unknown {
      internal = 0;
      return original.apply(this, arguments);
    };
  });

  const multi = exports.Multi.prototype;
  for (const [method, kind] of BATCHES) {
    wrap(multi, method, MARK, (original) => {
      return function (this: Multi): unknown {
        const outer = sending;
        const pending = beginBatch(tools, this, kind);
        sending = { kind, pending };
        try {
          const result = original.apply(this, arguments);
          // Nothing is sent while the client is a monitor.
          if (kind === 'MULTI') abandon(tools, pending, { code: 'EXECABORT' });
          return result;
        } catch (error) {
          if (pending !== undefined) pending.left = UNSENT;
          abandon(tools, pending, error);
          throw error;
        } finally {
          sending = outer;
        }
      };
    });
  }
};

/** `exec` is a batch's; `multi()` puts `exec_transaction` in its place on the object that it gives. */
const BATCHES = [
  ['exec', 'PIPELINE'],
  ['EXEC', 'PIPELINE'],
  ['exec_batch', 'PIPELINE'],
  ['exec_transaction', 'MULTI'],
] as const;
/** `left` of a MULTI until its EXEC was sent, and of a batch that could not be sent. */
const UNSENT = Number.POSITIVE_INFINITY;

/**
 * A command comes by again from the offline queue, and after a reconnect.
 * @returns whether the connection takes commands
 */
function begin(tools: Tools, client: Client, command: Command): boolean {
  let open = true;
  try {
    open = client.ready !== false && client.stream?.writable !== false;
    if (command[PENDING] !== undefined) return open;
    command[PENDING] = null;
    if (sending !== undefined) joinBatch(tools, command, sending);
    else if (internal === 0) {
      if (tools.wanted()) {
        const statement = endpointOf(client).statement(command.command, command.args.length);
        const span = startStatement(tools, statement);
        if (span !== undefined) command[PENDING] = { span, left: 1 };
      }
      bindCallback(tools, command);
    }
  } catch (error) {
    tools.fault(error);
  }
  return open;
}

function joinBatch(tools: Tools, command: Command, { kind, pending }: NonNullable<typeof sending>): void {
  if (pending !== undefined) {
    if (kind === 'PIPELINE') command[PENDING] = pending;
    else if (command.command === 'exec') {
      pending.left = 1;
      command[PENDING] = pending;
    }
  }
  bindCallback(tools, command);
}

/** Callbacks are called by the socket's reader, in nobody's context. */
function bindCallback(tools: Tools, command: Command): void {
  const { callback } = command;
  if (typeof callback !== 'function') return;
  const caller: Context = context.active();
  command.callback = function (this: unknown, ...args: unknown[]) {
    // The replies of a transaction are in EXEC's.
    end(tools, command, args[0] ?? firstError(command.command === 'exec' ? args[1] : undefined));
    return context.with(caller, callback, this, ...args);
  };
}

/** Ends the span of a batch that nothing will end; replies that still come count for nothing. */
function abandon(tools: Tools, pending: Pending | undefined, error: unknown): void {
  if (pending?.left === UNSENT) endSpan(tools, pending.span, error);
}

function beginBatch(tools: Tools, { _client, queue }: Multi, kind: Batch['kind']): Pending | undefined {
  try {
    if (!tools.wanted()) return undefined;
    const commands = queue.toArray();
    if (commands.length === 0) return undefined;
    const batch = new Batch(kind);
    for (const { command, args } of commands) batch.add(command, args.length);
    const span = startStatement(tools, endpointOf(_client).batch(batch));
    return span && { span, left: kind === 'MULTI' ? UNSENT : commands.length };
  } catch (error) {
    tools.fault(error);
    return undefined;
  }
}

/** A command without a callback is ended by its reply, and at once where it waits for none. */
function endUnqueued(tools: Tools, client: Client, command: Command, open: boolean): void {
  if (!command[PENDING] || typeof command.callback === 'function') return;
  if (client.command_queue.peekBack() === command || client.offline_queue.peekBack() === command) return;
  end(tools, command, open ? undefined : { code: 'NR_CLOSED' });
}

/** The connection is gone, and all that waits fails. */
function endFlushed(tools: Tools, client: any, attributes: any, queues: unknown): void {
  try {
    for (const name of Array.isArray(queues) ? queues : ['command_queue', 'offline_queue']) {
      for (const command of (client[name] as Queue).toArray())
        end(tools, command, { code: attributes?.code });
    }
  } catch (error) {
    tools.fault(error);
  }
}

function end(tools: Tools, command: Command | undefined, error?: unknown): void {
  const pending = command?.[PENDING];
  if (pending === undefined || pending === null) return;
  command![PENDING] = null;
  pending.error ??= error;
  if (--pending.left <= 0) endSpan(tools, pending.span, pending.error);
}

function endSpan(tools: Tools, span: Span, error: unknown): void {
  if (error === undefined || error === null) tools.endClientSpan(span);
  else endFailedSpan(tools, span, error);
}

function endpointOf(client: Client): Endpoint {
  const database = client.selected_db;
  const known = client[STATE];
  if (known !== undefined && known.database === database) return known.endpoint;
  const { host, port, path } = client.connection_options ?? {};
  const index = Number(database ?? 0);
  const endpoint = endpointAt({
    address: path ?? host,
    port: path === undefined ? port : undefined,
    database: Number.isInteger(index) ? index : undefined,
  });
  // Not enumerable: neither printed nor copied with the client.
  Object.defineProperty(client, STATE, { value: { database, endpoint }, configurable: true });
  return endpoint;
}
