/**
 * One processing of an object from trace to verdict: done, to be tried again, or given up. What a controller and a traced
 * loop of one's own share. Beside a span's way.
 */
import { type Attributes, type Tracer, trace } from '@opentelemetry/api';
import { VERSION } from '../version';
import type { Handler, KubernetesObjectLike } from './controller-options';
import { HandlerCalls, type Outcome } from './handler-calls';
import { JobTrace, settingsTags, type TracedSettings } from './job-trace';

type Verdict = 'done' | 'retry' | 'given up';

/** Who counts the failures of a key. */
interface Retries {
  failures(key: string): number;
  /** Counts one more and sees to it that the key comes again. */
  retry(key: string): void;
  forget(key: string): void;
}

export interface ProcessingSettings extends TracedSettings {
  /** Milliseconds, 0 for none. */
  readonly handlerTimeout: number;
  readonly tracer?: Tracer | undefined;
}

export class Processing<T extends KubernetesObjectLike> {
  readonly #handler: Handler<T>;
  readonly #settings: ProcessingSettings;
  readonly #retries: Retries;
  readonly #tags: Attributes;
  readonly #tracer: Tracer;
  readonly #calls = new HandlerCalls();

  constructor(handler: Handler<T>, settings: ProcessingSettings, retries: Retries) {
    this.#handler = handler;
    this.#settings = settings;
    this.#retries = retries;
    this.#tags = settingsTags(settings);
    this.#tracer = settings.tracer ?? trace.getTracer('tracing-agent/controller', VERSION);
  }

  /** @param object undefined where it is gone */
  async run(key: string, object: T | undefined): Promise<{ outcome: Outcome; verdict: Verdict }> {
    const { maxRetries, handlerTimeout } = this.#settings;
    const retries = this.#retries.failures(key);
    const job = new JobTrace(this.#tracer, this.#tags, key, retries);
    const handler = this.#handler;
    const outcome = await job.handle(object === undefined ? 'delete' : 'add', () =>
      this.#calls.call(
        (run) => (object === undefined ? handler.delete?.(key, run) : handler.add(object, run)),
        key,
        retries,
        handlerTimeout,
      ),
    );
    if (!outcome.failed) {
      this.#retries.forget(key);
      job.succeeded();
      return { outcome, verdict: 'done' };
    }
    if (retries < maxRetries) {
      this.#retries.retry(key);
      job.reenqueued(outcome.error, retries + 1, maxRetries - retries - 1);
      return { outcome, verdict: 'retry' };
    }
    this.#retries.forget(key);
    job.givenUp(outcome.error);
    return { outcome, verdict: 'given up' };
  }

  /** Waits no longer for handlers that run. */
  leave(reason: unknown): void {
    this.#calls.leave(reason);
  }
}
