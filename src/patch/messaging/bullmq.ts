/**
 * Carries a trace from the job that is added to its processing, in BullMQ's own field for it.
 * Second station of a span's way: PRODUCER and CONSUMER spans of job queues.
 *
 * BullMQ has the places (`trace`), the field (`opts.telemetry.metadata`) and the interface (its option `telemetry`),
 * and does nothing where that option isn't given. So it is given one, for producers and consumers only: its internal
 * spans are made at each turn of a worker's loop. Whoever gives the option, such as bullmq-otel, is left alone; the
 * metadata is as bullmq-otel writes it, propagation headers as JSON, so both understand each other.
 */
import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { Patch, Tools } from '../instrumentation';
import { errorType } from '../toolbox';
import { wrap } from '../wrap';

/** BullMQ's interface of that name, as far as it is used without metrics. */
interface Telemetry {
  readonly tracer: { startSpan(name: string, options: { kind: SpanKind }, from?: Context): JobSpan };
  readonly contextManager: {
    active(): Context;
    root(): Context;
    with<R>(to: Context, work: () => R): R;
    getMetadata(from: Context): string;
    fromMetadata(active: Context, metadata: string): Context;
  };
}

/** `QueueBase.prototype.trace`. */
type Trace = (kind: SpanKind, operation: string, destination: string, ...rest: unknown[]) => unknown;

/** The base of Queue and Worker. */
export const patchQueueBase: Patch = ({ QueueBase }, _library, tools) => {
  const telemetry = createTelemetry(tools);
  wrap(QueueBase.prototype, 'trace', 'bullmq', (original: Trace) => {
    return function (this: { name: string; opts?: { telemetry?: unknown } }, ...args: Parameters<Trace>) {
      if (this.opts?.telemetry || !isTransfer(args[0])) return Reflect.apply(original, this, args);
      return Reflect.apply(original, { name: this.name, opts: { telemetry } }, args);
    };
  });
};

/** Adds jobs that wait for others; not a QueueBase, and has a field of its own where it is given the option. */
export const patchFlowProducer: Patch = ({ FlowProducer }, _library, tools) => {
  const telemetry = createTelemetry(tools);
  const { prototype } = FlowProducer;
  // Before 5.40 or so a flow has no places, and nothing reads the field.
  if ('telemetry' in prototype) return;
  Object.defineProperty(prototype, 'telemetry', { value: telemetry, writable: true, configurable: true });
  wrap(prototype, 'addNode', 'bullmq', (original: (args: FlowNode) => unknown) => {
    return function (this: { telemetry?: unknown }, args: FlowNode, ...rest: unknown[]) {
      return Reflect.apply(original, this, [
        this.telemetry === telemetry ? withOptions(args) : args,
        ...rest,
      ]);
    };
  });
};

/** What a worker and a listener for events ask Redis by themselves, again and again; none of them calls the application. */
const POLLING = [
  'waitForJob',
  'moveToActive',
  'moveStalledJobsToWait',
  'extendLocks',
  'readEvents',
  'trimEvents',
];

/** BullMQ 6's way to Redis: outside of jobs its polling would be a trace of its own at each turn. */
export const patchBackend: Patch = ({ RedisQueueBackend }) => {
  for (const name of POLLING) wrap(RedisQueueBackend.prototype, name, 'bullmq', quiet);
};

/** BullMQ 5's: the same, but for what blocks. */
export const patchScripts: Patch = ({ Scripts }) => {
  for (const name of ['moveToActive', 'moveStalledJobsToWait', 'extendLocks'])
    wrap(Scripts.prototype, name, 'bullmq', quiet);
  wrap(Scripts.prototype, 'extendLock', 'bullmq', (original: AnyFunction) =>
    quiet(function (this: unknown, ...args: unknown[]) {
      // Early releases renew the locks of a worker by a pipeline of their own.
      coverPipeline(args[3]);
      return Reflect.apply(original, this, args);
    }),
  );
};

/** The pipelines that are covered: one is given once for each lock. */
const covered = new WeakSet<object>();

function coverPipeline(pipeline: any): void {
  if (typeof pipeline?.exec !== 'function' || covered.has(pipeline)) return;
  covered.add(pipeline);
  pipeline.exec = quiet(pipeline.exec);
}

/** BullMQ 5's: the methods around its blocking commands call the application, so that only the command is quiet. */
export const patchWorker: Patch = ({ Worker }) => coverBlocking(Worker.prototype, 'waitForJob', 'bzpopmin');
export const patchQueueEvents: Patch = ({ QueueEvents }) =>
  coverBlocking(QueueEvents.prototype, 'consumeEvents', 'xread');

type AnyFunction = (...args: unknown[]) => unknown;

/** `method` is given the connection, which stays as it is: the application may have the same. */
function coverBlocking(prototype: object, method: string, command: string): void {
  const views = new WeakMap<object, object>();
  wrap(prototype, method, 'bullmq', (original: AnyFunction) => {
    return function (this: unknown, client: unknown, ...rest: unknown[]) {
      if (typeof client !== 'object' || client === null)
        return Reflect.apply(original, this, [client, ...rest]);
      let view = views.get(client);
      if (view === undefined) {
        view = viewOf(client, command);
        views.set(client, view);
      }
      return Reflect.apply(original, this, [view, ...rest]);
    };
  });
}

/** The connection with a quiet `command`. Each method gets the connection itself as `this`. */
function viewOf(client: object, command: string): object {
  return new Proxy(client, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      const bound: AnyFunction = value.bind(target);
      return key === command ? quiet(bound) : bound;
    },
  });
}

function quiet(original: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    const active = context.active();
    if (trace.getSpan(active) !== undefined) return Reflect.apply(original, this, args);
    return context.with(suppressTracing(active), original, this, ...args);
  };
}

interface FlowNode {
  readonly node: { readonly opts?: object };
}

/** BullMQ leaves the metadata out of a job that was given no options. */
function withOptions(args: FlowNode): FlowNode {
  const { node } = args;
  return node.opts === undefined ? { ...args, node: { ...node, opts: {} } } : args;
}

/** Jobs are handed over by a producer and taken by a consumer; all else is BullMQ's own work. */
function isTransfer(kind: unknown): boolean {
  return kind === SpanKind.PRODUCER || kind === SpanKind.CONSUMER;
}

function createTelemetry(tools: Tools): Telemetry {
  return {
    tracer: {
      startSpan: (name, { kind }, from = context.active()) =>
        new JobSpan(tools, tools.tracer.startSpan(name, { kind }, from), kind, name),
    },
    contextManager: {
      active: () => context.active(),
      root: () => ROOT_CONTEXT,
      with: (to, work) => context.with(to, work),
      getMetadata(from) {
        const carrier: Record<string, string> = {};
        propagation.inject(from, carrier);
        return JSON.stringify(carrier);
      },
      fromMetadata(active, metadata) {
        try {
          return propagation.extract(active, JSON.parse(metadata));
        } catch {
          // Anybody may have written it.
          return active;
        }
      },
    },
  };
}

/** What BullMQ calls its span; of what it records, only what holds no values of the job's. */
class JobSpan {
  readonly #tools: Tools;
  readonly #span: Span;
  readonly #kind: SpanKind;
  readonly #name: string;

  constructor(tools: Tools, span: Span, kind: SpanKind, name: string) {
    this.#tools = tools;
    this.#span = span;
    this.#kind = kind;
    this.#name = name;
  }

  setSpanOnContext(on: Context): Context {
    return trace.setSpan(on, this.#span);
  }

  setAttribute(key: string, value: unknown): void {
    try {
      if (key === 'bullmq.job.id' && typeof value === 'string') {
        this.#span.setAttribute('messaging.message.id', value);
      } else if (key === 'bullmq.job.bulk.count' && typeof value === 'number') {
        this.#span.setAttribute('messaging.batch.message_count', value);
      }
    } catch (error) {
      this.#tools.fault(error);
    }
  }

  /** The first call names queue and operation. */
  setAttributes(attributes: Record<string, unknown>): void {
    try {
      const { 'bullmq.queue.name': named, 'bullmq.queue.operation': operation } = attributes;
      // At first a flow's node is named after its job there; the span's own name holds the queue.
      const queue = operation === 'addNode' ? this.#name.slice('addNode '.length) : named;
      if (typeof queue === 'string' && typeof operation === 'string') {
        this.#span.updateName(queue === '' ? operation : `${operation} ${queue}`);
        this.#span.setAttributes(conventional(this.#kind, queue, operation));
      }
      for (const key of Object.keys(attributes)) this.setAttribute(key, attributes[key]);
    } catch (error) {
      this.#tools.fault(error);
    }
  }

  /** Its events hold results, and the messages of errors; the error itself is not handed over. */
  addEvent(name: unknown): void {
    if (name === 'job failed') this.#fail('_OTHER');
  }

  recordException(exception: unknown): void {
    this.#fail(errorType(exception));
  }

  end(): void {
    this.#tools.endClientSpan(this.#span);
  }

  #fail(type: string): void {
    try {
      this.#span.setAttribute('error.type', type);
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
    } catch (error) {
      this.#tools.fault(error);
    }
  }
}

/** https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/ */
function conventional(kind: SpanKind, queue: string, operation: string): Attributes {
  return {
    'messaging.system': 'bullmq',
    'messaging.operation.name': operation,
    // BullMQ's one operation of consumers is the convention's.
    'messaging.operation.type': kind === SpanKind.CONSUMER ? operation : 'send',
    ...(queue === '' ? {} : { 'messaging.destination.name': queue }),
  };
}
