/**
 * `createController`: handles each object that is added, changed or gone, and all of them again and again, every
 * processing a trace as Kooper's. Beside a span's way.
 */
import { report } from '../diagnostics/log';
import type { ControllerOptions, FailureReport, KubernetesObjectLike } from './controller-options';
import { ObjectSource } from './object-source';
import { Processing, type ProcessingSettings } from './processing';
import { readControllerSettings, readHandler } from './read-options';
import { retrieve } from './retriever';
import { RetryLimiter } from './retry-limiter';
import { LONGEST_TIMER, WorkQueue } from './work-queue';

/** How a controller stops. */
export interface StopOptions {
  /** Milliseconds until what still runs or waits is left, 25,000 by default: a pod is killed 30 s after SIGTERM. */
  timeout?: number;
}

/** What a controller that has stopped left. */
export interface StopResult {
  /** Keys that were not processed to their end, each once; empty after a full stop. */
  readonly unprocessed: readonly string[];
}

/** A loop over the objects of one kind, each processing of which is a trace. */
export interface Controller {
  /** Resolves after the first list, or when it failed: it is tried again by itself. Rejects when it runs already. */
  start(): Promise<void>;
  /** Hears of no more changes, processes what is queued and its retries, and resolves. Not to be started again. */
  stop(options?: StopOptions): Promise<StopResult>;
}

/**
 * A controller, not started yet.
 * @throws TypeError for an option that is missing or out of its range
 */
export function createController<T extends KubernetesObjectLike>(options: ControllerOptions<T>): Controller {
  return new TracedController(options, readControllerSettings(options));
}

class TracedController<T extends KubernetesObjectLike> implements Controller {
  readonly #options: ControllerOptions<T>;
  readonly #settings: ProcessingSettings;
  readonly #limiter = new RetryLimiter();
  readonly #queue: WorkQueue = new WorkQueue(() => this.#pump());
  readonly #processing: Processing<T>;
  #source: ObjectSource<T> | undefined;
  #resync: NodeJS.Timeout | undefined;
  #started: Promise<void> | undefined;
  #stopped: Promise<StopResult> | undefined;
  #busy = 0;
  #scheduled = false;
  #abandoned = false;
  #onIdle: (() => void) | undefined;

  constructor(options: ControllerOptions<T>, settings: ProcessingSettings) {
    this.#options = options;
    this.#settings = settings;
    this.#processing = new Processing(readHandler(options.handler), settings, {
      failures: (key) => this.#limiter.failures(key),
      retry: (key) => this.#queue.addAfter(key, this.#limiter.failed(key)),
      forget: (key) => this.#limiter.forget(key),
    });
  }

  start(): Promise<void> {
    if (this.#started !== undefined) return Promise.reject(new Error('the controller was started already'));
    this.#started = this.#start();
    return this.#started;
  }

  async #start(): Promise<void> {
    const { informer, retriever } = this.#options;
    const found = informer ?? (await retrieve(retriever!));
    if (this.#stopped !== undefined) return;
    const source = new ObjectSource(found, {
      changed: (key) => this.#queue.add(key),
      failed: (error, pause) => this.#watchFailed(error, pause),
    });
    this.#source = source;
    const { resyncInterval } = this.#settings;
    if (resyncInterval > 0) {
      this.#resync = setInterval(() => {
        for (const key of source.keys()) this.#queue.add(key);
      }, resyncInterval);
    }
    await source.start();
  }

  stop({ timeout = 25_000 }: StopOptions = {}): Promise<StopResult> {
    this.#stopped ??= this.#stop(timeout);
    return this.#stopped;
  }

  async #stop(timeout: number): Promise<StopResult> {
    clearInterval(this.#resync);
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, Math.min(timeout, LONGEST_TIMER));
    });
    await Promise.race([this.#source?.stop(), over]);
    const idle = new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
    if (!this.#queue.empty) await Promise.race([idle, over]);
    clearTimeout(timer);
    this.#abandoned = true;
    const unprocessed = this.#queue.close();
    this.#processing.leave(new Error(`the controller ${this.#settings.name} has stopped`));
    return { unprocessed };
  }

  /** Objects are taken up in turns: what changes in one tick is processed once, and others have theirs in between. */
  #pump(): void {
    if (this.#scheduled || this.#abandoned) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#busy < this.#settings.concurrentWorkers && !this.#abandoned) {
        const key = this.#queue.take();
        if (key === undefined) return;
        this.#busy++;
        void this.#process(key);
      }
    });
  }

  async #process(key: string): Promise<void> {
    const run = this.#processing.run(key, this.#source?.get(key));
    // Fails only with a tracer that throws.
    const { outcome, verdict } = await run.catch(
      (error: unknown) => ({ outcome: { failed: true, error }, verdict: 'given up' }) as const,
    );
    this.#busy--;
    // What came for the key meanwhile, a change or a retry that was due, is queued by this.
    this.#queue.done(key);
    if (outcome.failed) this.#handlerFailed(outcome.error, key, verdict === 'retry');
    if (this.#queue.empty) this.#onIdle?.();
    this.#pump();
  }

  #handlerFailed(error: unknown, key: string, retried: boolean): void {
    if (this.#told(error, { key, retried }) || retried) return;
    const { name, maxRetries } = this.#settings;
    report('TA_OBJECT_GIVEN_UP', { controller: name, key, times: maxRetries + 1, error }, `${name} ${key}`);
  }

  #watchFailed(error: unknown, pause: number): void {
    if (this.#told(error, { retried: true })) return;
    const { name } = this.#settings;
    report('TA_WATCH_FAILED', { controller: name, error, seconds: pause / 1000 }, name);
  }

  /** Whether the application was told. What its listener throws is its own affair, and no reason to stop. */
  #told(error: unknown, failure: FailureReport): boolean {
    const { onError } = this.#options;
    if (onError === undefined) return false;
    // Of an async listener too: nobody else waits for it, and its rejection would end the process.
    new Promise((settled) => settled(onError.call(this.#options, error, failure))).catch((thrown: unknown) =>
      report('TA_INTERNAL', { part: 'onError of a controller', error: thrown }, 'onError'),
    );
    return true;
  }
}
