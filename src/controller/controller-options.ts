/** What the application gives a controller: options, handler, and where its objects come from. Beside a span's way. */
import type { Tracer } from '@opentelemetry/api';

/** As much of a Kubernetes object as is read here; @kubernetes/client-node's objects fit. */
export interface KubernetesObjectLike {
  /** One without a name is not handled. */
  metadata?: { name?: string; namespace?: string } | undefined;
}

/** What a handler is told beside its object. */
export interface HandlerRun {
  /** `namespace/name`, or `name` of an object without a namespace. */
  readonly key: string;
  /** How often the object was tried again before this, 0 the first time. */
  readonly retries: number;
  /** Aborted when the handler's time is over, and when the controller has stopped without waiting for it to the end. */
  readonly signal: AbortSignal;
}

/**
 * What the application does for each object. It may return a promise; one that throws, rejects or takes longer than
 * `handlerTimeout` has failed.
 */
export interface Handler<T extends KubernetesObjectLike> {
  /** The object is there: it was added or changed, or it is looked at again after `resyncInterval`. */
  add(object: T, run: HandlerRun): unknown;
  /** The object is gone. Left out, nothing is done for it, successfully. */
  delete?(key: string, run: HandlerRun): unknown;
}

/** What a list call of @kubernetes/client-node resolves to. */
export interface KubernetesListLike<T> {
  /** Of the list: the watch goes on from its `resourceVersion`. */
  metadata?: { resourceVersion?: string } | undefined;
  /** The objects. */
  items: T[];
}

/** What to list and watch through @kubernetes/client-node, which the application brings. */
export interface RetrieverOptions<T extends KubernetesObjectLike> {
  /** A `KubeConfig` of @kubernetes/client-node. */
  kubeConfig: object;
  /** The API's path, such as `/api/v1/pods` or `/api/v1/namespaces/shop/pods`. */
  path: string;
  /** Lists the same objects: `() => coreApi.listPodForAllNamespaces()`. */
  list(): Promise<KubernetesListLike<T>>;
  /** That of `list`: the watch must see what the list saw. Default: none. */
  labelSelector?: string;
  /** The same for its field selector. Default: none. */
  fieldSelector?: string;
}

/** As much of an informer as is used here; those of @kubernetes/client-node fit. */
export interface InformerLike<T extends KubernetesObjectLike> {
  /** Calls back for each object that comes, changes or goes. */
  on(verb: 'add' | 'update' | 'delete', callback: (object: T) => void): void;
  /** Calls back when listing or watching has failed. */
  on(verb: 'error', callback: (error?: unknown) => void): void;
  /** Resolves when it has listed once, or could not. */
  start(): Promise<void>;
  /** Resolves when it watches no more. */
  stop(): Promise<void>;
  /** What it knows already, where it runs. */
  list?(): readonly T[];
}

/** What `onError` hears beside the error. */
export interface FailureReport {
  /** Missing where listing or watching failed. */
  readonly key?: string;
  /** Whether it is tried again by itself. */
  readonly retried: boolean;
}

/** Exactly one of `retriever` and `informer` is needed. */
export interface ControllerOptions<T extends KubernetesObjectLike> {
  /** In all spans; a controller's name is also a good service name. */
  name: string;
  /** Where the objects come from: what to list and watch, by @kubernetes/client-node … */
  retriever?: RetrieverOptions<T>;
  /** … or an informer of it that is not started (`makeInformer`), or anything like one. */
  informer?: InformerLike<T>;
  /** What is done for each object. */
  handler: Handler<T>;
  /** Milliseconds after which all objects are handled again, 30,000 by default; 0 never. */
  resyncInterval?: number;
  /** How many objects are handled at a time, 1 by default. */
  concurrentWorkers?: number;
  /** How often a failed object is tried again, 3 by default; 0 not at all. */
  maxRetries?: number;
  /** Milliseconds until a handler that has not settled counts as failed, 300,000 by default; 0 waits for ever. */
  handlerTimeout?: number;
  /** Hears of each failure; without it, what is not retried and what stops the watch is said on stderr. */
  onError?(error: unknown, failure: FailureReport): unknown;
  /** OpenTelemetry's global tracer by default. */
  tracer?: Tracer;
}

/** What the spans tell of the loop; nothing of it is enforced but `handlerTimeout`. */
export interface TraceHandlerOptions {
  /** The controller's name. */
  name: string;
  /** Milliseconds, 30,000 by default. */
  resyncInterval?: number;
  /** How often the loop tries a failed object again, 3 by default: the failure after that counts as giving up. */
  maxRetries?: number;
  /** 1 by default. */
  concurrentWorkers?: number;
  /** Milliseconds until a handler that has not settled counts as failed; 0, the default, waits for ever. */
  handlerTimeout?: number;
  /** OpenTelemetry's global tracer by default. */
  tracer?: Tracer;
}
