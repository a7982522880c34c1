/**
 * Traces node-redis 4 to 6 (`@redis/client` 1, 5 and 6): a span for each command that enters a client's queue, and one
 * for each MULTI or pipeline. Second station of a span's way.
 *
 * The queue is the one place that all versions share and that every command passes: method, `sendCommand`, script,
 * module, legacy mode, pool and cluster. It also takes what the library sends itself, which is told apart here.
 */
import { context, type Span } from '@opentelemetry/api';
import type { Patch, Tools } from '../instrumentation';
import { wrap } from '../wrap';
import { type Endpoint, endpointAt } from './endpoint';
import { endFailedSpan, firstError } from './reply-error';
import { Batch } from './statement';

const MARK = 'redis';

interface Client {
  readonly _self?: Client;
  readonly isReady: boolean;
  readonly isPubSubActive: boolean;
  readonly options?: {
    readonly socket?: { readonly host?: string; readonly port?: number; readonly path?: string };
    readonly database?: number;
    readonly pingInterval?: number;
    readonly credentialsProvider?: { readonly type?: string };
  };
}

interface QueueOptions {
  readonly asap?: boolean;
  readonly chainId?: symbol;
}

/** What a queue knows of its client. */
interface Link {
  readonly client: Client;
  database: number;
  endpoint: Endpoint;
}

const LINK = Symbol('tracing-agent.link');
type Queue = { [LINK]?: Link };
type Args = readonly unknown[];

const links = new WeakMap<object, Link>();
/** Set while a client is asked something that only its private queue answers. */
let asking: Link | undefined;
/** Above zero while a batch queues its commands, which is synchronous. */
let batching = 0;
const UNKNOWN = endpointAt({});

/** `dist/lib/client/commands-queue.js` */
export const patchNodeRedisQueue: Patch = (exports, _library, tools) => {
  const prototype = exports.default.prototype;
  const getter = Object.getOwnPropertyDescriptor(prototype, 'isPubSubActive');
  if (getter?.get !== undefined) {
    const { get } = getter;
    Object.defineProperty(prototype, 'isPubSubActive', {
      ...getter,
      get(this: Queue) {
        if (asking !== undefined) this[LINK] = asking;
        return get.call(this);
      },
    });
  }
  wrap(prototype, 'addCommand', MARK, (original) => {
    return function addCommand(this: Queue, args: Args, options?: QueueOptions): unknown {
      const span = begin(tools, this, args, options);
      if (span === undefined) return original.apply(this, arguments);
      return settle(tools, span, original, this, arguments, undefined);
    };
  });
};

/** `dist/lib/client/index.js` */
export const patchNodeRedisClient: Patch = (exports, _library, tools) => {
  const prototype = exports.default.prototype;
  wrap(prototype, 'connect', MARK, (original) => {
    return function connect(this: Client): unknown {
      link(tools, this._self ?? this);
      return original.apply(this, arguments);
    };
  });
  batches(tools, prototype, 'multiExecutor', kindOfFour, failureOfFour);
  batches(tools, prototype, '_executeMulti', () => 'MULTI', firstError);
  batches(tools, prototype, '_executePipeline', () => 'PIPELINE', firstError);
};

/** `dist/lib/client/pool.js`: work that waited for a connection would run in the context of whoever gave one back. */
export const patchNodeRedisPool: Patch = (exports, _library, tools) => {
  const Pool = exports.RedisClientPool ?? exports.default;
  wrap(Pool.prototype, 'execute', MARK, (original) => {
    return function execute(this: unknown, work: unknown, ...rest: unknown[]): unknown {
      const bound = typeof work === 'function' ? tools.bind(context.active(), work as () => unknown) : work;
      return original.call(this, bound, ...rest);
    };
  });
};

/** Lets the client's private queue know its client: a client opens with `connect`, a command needs an open one. */
function link(tools: Tools, client: Client): void {
  try {
    if (links.has(client)) return;
    const database = client.options?.database ?? 0;
    const found: Link = { client, database, endpoint: endpointOf(client, database) };
    links.set(client, found);
    asking = found;
    void client.isPubSubActive;
  } catch (error) {
    tools.fault(error);
  } finally {
    asking = undefined;
  }
}

function endpointOf(client: Client, database: number): Endpoint {
  const { host, port, path } = client.options?.socket ?? {};
  if (typeof path === 'string') return endpointAt({ address: path, database });
  return endpointAt({
    address: host || 'localhost',
    port: port === undefined ? undefined : Number(port),
    database,
  });
}

function begin(tools: Tools, queue: Queue, args: Args, options: QueueOptions | undefined): Span | undefined {
  try {
    const known = queue[LINK];
    const [first] = args;
    const command = typeof first === 'string' ? first : String(first);
    const endpoint = known?.endpoint ?? UNKNOWN;
    if (command === 'SELECT' && known !== undefined) select(known, args[1]);
    if (batching > 0 || !tools.wanted() || isInternal(known, command, args, options)) return undefined;
    const { name, attributes } = endpoint.statement(command, args.length - 1);
    return tools.startClientSpan(name, attributes);
  } catch (error) {
    tools.fault(error);
    return undefined;
  }
}

/** Commands keep their order, so that those queued from now on run in the new database. */
function select(known: Link, index: unknown): void {
  const database = Number(index);
  if (!Number.isInteger(database) || database === known.database) return;
  known.database = database;
  known.endpoint = endpointOf(known.client, database);
}

/** Whether the library sends this command for itself. */
function isInternal(
  known: Link | undefined,
  command: string,
  args: Args,
  options: QueueOptions | undefined,
): boolean {
  if (options !== undefined && options !== null) {
    // The handshake goes to the front of the queue before the connection is ready; after `reset` it is a chain.
    if (options.asap === true && (known === undefined || !isReady(known.client))) return true;
    if (options.chainId?.description === 'Reset Chain') return true;
  }
  switch (command) {
    case 'PING':
      // Sent by a timer that lives in the context of whoever connected; an application's own can't be told apart.
      return args.length === 1 && (known?.client.options?.pingInterval ?? 0) > 0;
    case 'AUTH':
      return known?.client.options?.credentialsProvider?.type === 'streaming-credentials-provider';
    case 'CLUSTER':
      // How a cluster client learns and refreshes its slots.
      return args[1] === 'SLOTS';
    case 'ASKING':
    case 'SENTINEL':
      return true;
    default:
      return false;
  }
}

function isReady(client: Client): boolean {
  try {
    return client.isReady;
  } catch {
    // A client has no socket for a moment while it moves to another server.
    return false;
  }
}

/** How a batch's replies tell that one of its commands failed. */
type Failure = (replies: unknown, args: IArguments) => unknown;

function batches(
  tools: Tools,
  prototype: any,
  method: string,
  kindOf: (args: IArguments) => Batch['kind'],
  failure: Failure,
): void {
  wrap(prototype, method, MARK, (original) => {
    return function (this: Client, commands: readonly { readonly args: Args }[]): unknown {
      const span = beginBatch(tools, this, kindOf(arguments), commands);
      batching++;
      try {
        if (span === undefined) return original.apply(this, arguments);
        return settle(tools, span, original, this, arguments, failure);
      } finally {
        batching--;
      }
    };
  });
}

/** node-redis 4 has one method for both, and gives it a chain's id for a MULTI. */
function kindOfFour(args: IArguments): Batch['kind'] {
  return args[2] === undefined ? 'PIPELINE' : 'MULTI';
}

/** For a MULTI it gives [MULTI's reply, the commands' replies, EXEC's reply], and makes an error of a null later. */
function failureOfFour(replies: unknown, args: IArguments): unknown {
  if (kindOfFour(args) === 'PIPELINE' || !Array.isArray(replies)) return firstError(replies);
  const exec = replies.at(-1);
  return exec === null ? new WatchError() : firstError(exec);
}

/** Named like the error that the application gets. */
class WatchError extends Error {}

function beginBatch(
  tools: Tools,
  client: Client,
  kind: Batch['kind'],
  commands: readonly { readonly args: Args }[],
): Span | undefined {
  try {
    if (!tools.wanted()) return undefined;
    const batch = new Batch(kind);
    for (const { args } of commands) batch.add(String(args[0]), args.length - 1);
    const { name, attributes } = (links.get(client._self ?? client)?.endpoint ?? UNKNOWN).batch(batch);
    return tools.startClientSpan(name, attributes);
  } catch (error) {
    tools.fault(error);
    return undefined;
  }
}

/**
 * Calls the original and ends the span with its promise. The library gives no other way to see a reply; the
 * promise that follows it is handed on in its place, so that a rejection nobody handles stays one, and only one.
 */
function settle(
  tools: Tools,
  span: Span,
  original: any,
  self: unknown,
  args: IArguments,
  failure: Failure | undefined,
): unknown {
  let promise: any;
  try {
    promise = original.apply(self, args);
  } catch (error) {
    endFailedSpan(tools, span, error);
    throw error;
  }
  if (!(promise instanceof Promise)) {
    tools.endClientSpan(span);
    return promise;
  }
  return promise.then(
    (reply) => {
      const error = failure?.(reply, args);
      if (error === undefined) tools.endClientSpan(span);
      else endFailedSpan(tools, span, error);
      return reply;
    },
    (error) => {
      endFailedSpan(tools, span, error);
      throw error;
    },
  );
}
