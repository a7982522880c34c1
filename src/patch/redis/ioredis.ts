/**
 * Traces ioredis 4 to 6 and iovalkey, its fork: a span for each command, pipeline and MULTI, ended by the command's own
 * `resolve` and `reject`, so that no promise is added. Second station of a span's way.
 */
import type { Span } from '@opentelemetry/api';
import type { Patch, Tools } from '../instrumentation';
import { wrap } from '../wrap';
import { type Endpoint, startStatement } from './endpoint';
import {
  type Connection,
  connectionOf,
  type PeerSocket,
  peerOf,
  refreshEndpoint,
} from './ioredis-connection';
import { endFailedSpan, firstError } from './reply-error';
import { Batch } from './statement';

const MARK = 'ioredis';
/** On a command or pipeline: undefined never seen, null seen and not traced (any more), else its span. */
const SPAN = Symbol('tracing-agent.span');
const RESOLVE = Symbol('tracing-agent.resolve');
const REJECT = Symbol('tracing-agent.reject');
/** On a command that a cluster sends: its span still wants to know the node. */
const WANTS_PEER = Symbol('tracing-agent.wants-peer');

type Settle = (value?: unknown) => unknown;

interface Command {
  name: string;
  args: unknown[];
  resolve: Settle;
  reject: Settle;
  [SPAN]?: Span | null;
  [RESOLVE]?: Settle;
  [REJECT]?: Settle;
  [WANTS_PEER]?: boolean;
}

interface Pipeline {
  redis: Connection;
  options?: { enableAutoPipelining?: boolean };
  _queue: Command[];
  _transactions: number;
  resolve: Settle;
  reject: Settle;
  [SPAN]?: Span | null;
}

/** Sent by the library between TCP connect and its "ready"; an application that sends one of them then goes unseen. */
const HANDSHAKE = new Set(['auth', 'hello', 'select', 'client', 'readonly', 'info']);

/** Above zero while the library re-establishes a connection's state; all that runs in there is synchronous. */
let restoring = 0;

export const patchIoredis: Patch = (exports, _library, tools) => {
  const { Cluster, Pipeline } = exports;

  function resolve(this: Command, value?: unknown): unknown {
    end(tools, this);
    return this[RESOLVE]!(value);
  }
  function reject(this: Command, error?: unknown): unknown {
    end(tools, this, error);
    return this[REJECT]!(error);
  }

  /** A command comes by several times: from the offline queue, after a reconnect, from a cluster to its node. */
  function begin(client: Connection, command: Command): void {
    try {
      if (command[SPAN] !== undefined) {
        if (command[WANTS_PEER] === true) setPeer(command[SPAN], client);
        return;
      }
      command[SPAN] = null;
      // Without these its arguments could not be read: it fails on its own, and never ends.
      if (typeof command.resolve !== 'function' || typeof command.reject !== 'function') return;
      const under = tools.wanted();
      if (under === undefined || isInternal(client, command)) return;
      const statement = endpointOf(client).statement(command.name, command.args.length);
      const span = startStatement(tools, statement, under);
      if (span === undefined) return;
      command[RESOLVE] = command.resolve;
      command[REJECT] = command.reject;
      command.resolve = resolve;
      command.reject = reject;
      if (client.isCluster) command[WANTS_PEER] = true;
      command[SPAN] = span;
    } catch (error) {
      tools.fault(error);
    }
  }

  const sending = (original: any) =>
    function sendCommand(this: Connection, command: Command, stream?: unknown): unknown {
      // A stream is given for the commands of a pipeline, which has its own span.
      if (!stream) begin(this, command);
      try {
        return original.apply(this, arguments);
      } catch (error) {
        // Such as an argument that can't be encoded: nobody will settle the command.
        if (!stream) end(tools, command, error);
        throw error;
      }
    };
  wrap(exports.prototype, 'sendCommand', MARK, sending);
  if (Cluster !== undefined) wrap(Cluster.prototype, 'sendCommand', MARK, sending);

  if (Pipeline !== undefined) {
    // Commands that were pipelined behind the application's back belong to their callers, one by one.
    wrap(Pipeline.prototype, 'sendCommand', MARK, (original) => {
      return function sendCommand(this: Pipeline, command: Command): unknown {
        if (isAutomatic(this)) begin(this.redis, command);
        return original.apply(this, arguments);
      };
    });
    wrap(Pipeline.prototype, 'exec', MARK, (original) => {
      return function exec(this: Pipeline): unknown {
        // Inside a transaction this call only queues EXEC, and is repeated to send.
        if (!(this._transactions > 0)) beginBatch(tools, this);
        return original.apply(this, arguments);
      };
    });
  }
  if (Cluster !== undefined) {
    // A transaction on a cluster that is still connecting is sent from there, in nobody's context: begun here instead.
    wrap(Cluster.prototype, 'multi', MARK, (original) => {
      return function multi(this: Connection): unknown {
        const pipeline = original.apply(this, arguments);
        if (pipeline && Object.hasOwn(pipeline, 'exec')) {
          wrap(pipeline, 'exec', MARK, (exec) => {
            return function (this: Pipeline): unknown {
              beginBatch(tools, this);
              return exec.apply(this, arguments);
            };
          });
        }
        return pipeline;
      };
    });
  }
};

/** `built/connectors/SentinelConnector/index.js`: what the library asks sentinels is no command of the application. */
export const patchIoredisSentinel: Patch = (exports, _library, tools) => {
  const { prototype } = exports.default ?? exports;
  function markInternal(client: unknown): void {
    try {
      connectionOf(client as Connection).internal = true;
    } catch (error) {
      tools.fault(error);
    }
  }
  const made = wrap(prototype, 'connectToSentinel', MARK, (original) => {
    return function connectToSentinel(this: unknown): unknown {
      const client = original.apply(this, arguments);
      markInternal(client);
      return client;
    };
  });
  if (made) return;
  // Before 4.15 the client is made in the midst of `resolve`, which hands it on before its first command.
  for (const method of ['resolveMaster', 'resolveSlave']) {
    wrap(prototype, method, MARK, (original) => {
      return function (this: unknown, client: unknown): unknown {
        markInternal(client);
        return original.apply(this, arguments);
      };
    });
  }
};

/** `built/redis/event_handler.js`: what a connection sends when it becomes ready (SELECT, re-subscriptions, MONITOR). */
export const patchIoredisReady: Patch = (exports) => {
  wrap(exports, 'readyHandler', MARK, (original) => {
    return function readyHandler(this: unknown): unknown {
      const ready = original.apply(this, arguments);
      return function (this: unknown): unknown {
        restoring++;
        try {
          return ready.apply(this, arguments);
        } finally {
          restoring--;
        }
      };
    };
  });
};

function end(tools: Tools, command: Command, error?: unknown): void {
  const span = command?.[SPAN];
  if (span === undefined || span === null) return;
  command[SPAN] = null;
  command[WANTS_PEER] = false;
  if (error === undefined) tools.endClientSpan(span);
  else endFailedSpan(tools, span, error);
}

function isInternal(client: Connection, { name, args }: Command): boolean {
  if (restoring > 0 || connectionOf(client).internal) return true;
  // A cluster asks CLUSTER INFO before it is ready.
  if (client.isCluster) return name === 'cluster' && client.status === 'connect';
  if (client.status === 'connect' && HANDSHAKE.has(name)) return true;
  // ASKING precedes a redirected command. 5.4 sends the library's version whenever it has read it.
  return name === 'asking' || (name === 'client' && args[0] === 'SETINFO');
}

function endpointOf(client: Connection): Endpoint {
  const connection = connectionOf(client);
  const database = client.condition?.select ?? client.options.db ?? 0;
  const { stream } = client;
  if (connection.endpoint === undefined || connection.database !== database || connection.stream !== stream) {
    return refreshEndpoint(connection, client, database, stream);
  }
  return connection.endpoint;
}

/** The node that a cluster chose; the last one where it was redirected. */
function setPeer(span: Span | null | undefined, node: Connection): void {
  if (!span) return;
  const { address, port } = peerOf(node.stream as PeerSocket | undefined) ?? {
    address: node.options.host,
    port: node.options.port,
  };
  if (address === undefined) return;
  span.setAttribute('network.peer.address', address);
  if (port !== undefined) span.setAttribute('network.peer.port', port);
}

/** Pipelines made by `enableAutoPipelining` carry their callers' callbacks under a symbol. */
function isAutomatic(pipeline: Pipeline): boolean {
  if (pipeline.options?.enableAutoPipelining !== true) return false;
  return Object.getOwnPropertySymbols(pipeline).some((symbol) => symbol.description === 'callbacks');
}

function beginBatch(tools: Tools, pipeline: Pipeline): void {
  try {
    if (pipeline[SPAN] !== undefined) return;
    pipeline[SPAN] = null;
    const queue = pipeline._queue;
    if (queue.length === 0 || isAutomatic(pipeline) || !tools.wanted()) return;
    if (restoring > 0 || connectionOf(pipeline.redis).internal) return;
    const ended = queue.at(-1)!.name === 'exec';
    const isMulti = queue[0]!.name === 'multi' && (ended || pipeline._transactions > 0);
    const batch = new Batch(isMulti ? 'MULTI' : 'PIPELINE');
    const last = isMulti && ended ? queue.length - 1 : queue.length;
    for (let at = isMulti ? 1 : 0; at < last; at++) batch.add(queue[at]!.name, queue[at]!.args.length);
    const span = startStatement(tools, endpointOf(pipeline.redis).batch(batch));
    if (span === undefined) return;
    pipeline[SPAN] = span;
    // ioredis 4 hands `reject` on by itself, so these don't ask for `this`.
    const { resolve, reject } = pipeline;
    pipeline.resolve = (results) => {
      endBatch(tools, pipeline, failure(results));
      return resolve(results);
    };
    pipeline.reject = (error) => {
      endBatch(tools, pipeline, error ?? null);
      return reject(error);
    };
  } catch (error) {
    tools.fault(error);
  }
}

function endBatch(tools: Tools, pipeline: Pipeline, error: unknown): void {
  const span = pipeline[SPAN];
  if (span === undefined || span === null) return;
  pipeline[SPAN] = null;
  if (error === undefined) tools.endClientSpan(span);
  else endFailedSpan(tools, span, error);
}

/** The first failure among a pipeline's `[error, reply]` pairs; a transaction's replies are in EXEC's reply. */
function failure(results: unknown): unknown {
  if (!Array.isArray(results)) return undefined;
  for (const pair of results) {
    const error = firstError(pair) ?? firstError(pair?.[1]);
    if (error !== undefined) return error;
  }
  return undefined;
}
