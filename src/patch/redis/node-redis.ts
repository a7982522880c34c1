/**
 * Traces node-redis 4 to 6 (`@node-redis/client` 1, then `@redis/client` 1, 5 and 6): a span for each command that enters
 * a client's queue, and one for each MULTI or pipeline. Second station of a span's way.
 *
 * The queue is the one place that all versions share and that every command passes: method, `sendCommand`, script,
 * module, legacy mode, pool, cluster and sentinel. It also takes what the library sends itself, which is told apart here.
 */
import { context, type Span } from '@opentelemetry/api';
import type { Patch, Tools } from '../instrumentation';
import { wrap } from '../wrap';
import { endpointAt, startStatement } from './endpoint';
import {
  adopt,
  type Client,
  isAdopting,
  type Link,
  link,
  linkOf,
  linkQueues,
  type Queue,
  select,
} from './node-redis-link';
import { endFailedSpan, firstError } from './reply-error';
import { Batch } from './statement';

const MARK = 'redis';

interface QueueOptions {
  readonly asap?: boolean;
  readonly chainId?: symbol;
}

type Args = readonly unknown[];

/** Above zero while a batch queues its commands, which is synchronous. */
let batching = 0;
const UNKNOWN = endpointAt({});

/** `dist/lib/client/commands-queue.js` */
export const patchNodeRedisQueue: Patch = (exports, _library, tools) => {
  const prototype = exports.default.prototype;
  wrap(prototype, 'addCommand', MARK, (original) => {
    return function addCommand(this: Queue, args: Args, options?: QueueOptions): unknown {
      if (adopt(this)) return undefined;
      const span = begin(tools, this, args, options);
      if (span === undefined) return original.apply(this, arguments);
      return settle(tools, span, original, this, arguments, undefined);
    };
  });
  linkQueues(prototype);
  pubSub(tools, prototype, 'subscribe');
  pubSub(tools, prototype, 'unsubscribe');
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
  if (typeof prototype.multiExecutor === 'function') {
    batches(tools, prototype, 'multiExecutor', kindOfFour, failureOfFour);
  } else {
    batches(tools, prototype, '_executeMulti', () => 'MULTI', firstError);
    batches(tools, prototype, '_executePipeline', () => 'PIPELINE', firstError);
  }
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

function begin(tools: Tools, queue: Queue, args: Args, options: QueueOptions | undefined): Span | undefined {
  try {
    const known = linkOf(queue);
    const [first] = args;
    const command = typeof first === 'string' ? first : String(first);
    const endpoint = known?.endpoint ?? UNKNOWN;
    if (command === 'SELECT' && known !== undefined) select(known, args[1]);
    if (batching > 0) return undefined;
    const under = tools.wanted();
    if (under === undefined || isInternal(known, command, args, options)) return undefined;
    return startStatement(tools, endpoint.statement(command, args.length - 1), under);
  } catch (error) {
    tools.fault(error);
    return undefined;
  }
}

/** Whether the library sends this command for itself. */
function isInternal(
  known: Link | undefined,
  command: string,
  args: Args,
  options: QueueOptions | undefined,
): boolean {
  if (known?.internal) return true;
  if (options !== undefined && options !== null) {
    // The handshake goes to the front of the queue before the connection is ready; after `reset` it is a chain.
    if (options.asap === true && (known === undefined || isHandshake(known.client, command))) return true;
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

/** What the library sends when it connects, for clients that don't tell whether they are ready. */
const HANDSHAKE = new Set(['AUTH', 'CLIENT', 'READONLY', 'SELECT']);

function isHandshake(client: Client, command: string): boolean {
  try {
    const { isReady } = client;
    return isReady === undefined ? HANDSHAKE.has(command) : !isReady;
  } catch {
    // A client has no socket for a moment while it moves to another server.
    return true;
  }
}

/** Kinds of subscriptions since 4.6; before, and where it isn't one of these, the command itself is told. */
const PREFIXES: Readonly<Record<string, string>> = { CHANNELS: '', PATTERNS: 'P', SHARDED: 'S' };

/** The queue's own way for SUBSCRIBE and its like; what it restores after a reconnect goes another. */
function pubSub(tools: Tools, prototype: any, method: 'subscribe' | 'unsubscribe'): void {
  wrap(prototype, method, MARK, (original) => {
    return function (this: Queue, kind: string, channels: unknown): unknown {
      const promise = original.apply(this, arguments);
      // Undefined where nothing is to be sent, since the channel has other listeners.
      if (!(promise instanceof Promise)) return promise;
      const span = beginPubSub(tools, this, kind, method, channels);
      return span === undefined ? promise : follow(tools, span, promise);
    };
  });
}

function beginPubSub(
  tools: Tools,
  queue: Queue,
  kind: string,
  method: string,
  channels: unknown,
): Span | undefined {
  try {
    const known = linkOf(queue);
    if (known?.internal || !tools.wanted()) return undefined;
    const prefix = PREFIXES[kind];
    const command = prefix === undefined ? kind : prefix + method.toUpperCase();
    const count = Array.isArray(channels)
      ? channels.length
      : Number(channels !== undefined && channels !== null);
    return startStatement(tools, (known?.endpoint ?? UNKNOWN).statement(command, count));
  } catch (error) {
    tools.fault(error);
    return undefined;
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
      if (isAdopting()) return original.apply(this, arguments);
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

/** node-redis 4 has one method for both, and for a MULTI its last argument is a chain's id. */
function kindOfFour(args: IArguments): Batch['kind'] {
  return typeof args[args.length - 1] === 'symbol' ? 'MULTI' : 'PIPELINE';
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
    // Until 4.1 the frame is among them.
    const framed = kind === 'MULTI' && commands[0]?.args[0] === 'MULTI';
    for (let at = framed ? 1 : 0; at < commands.length - (framed ? 1 : 0); at++) {
      const { args } = commands[at]!;
      batch.add(String(args[0]), args.length - 1);
    }
    return startStatement(tools, (linkOf(client)?.endpoint ?? UNKNOWN).batch(batch));
  } catch (error) {
    tools.fault(error);
    return undefined;
  }
}

/** Calls the original and ends the span with its promise. */
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
  if (promise instanceof Promise) return follow(tools, span, promise, failure, args);
  tools.endClientSpan(span);
  return promise;
}

/**
 * The library gives no other way to see a reply; the promise that follows its own is handed on in its place, so that a
 * rejection nobody handles stays one, and only one.
 */
function follow(
  tools: Tools,
  span: Span,
  promise: Promise<unknown>,
  failure?: Failure,
  args?: IArguments,
): Promise<unknown> {
  return promise.then(
    (reply) => {
      const error = failure?.(reply, args!);
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
