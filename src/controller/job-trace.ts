/**
 * The trace of one processing of an object: Kooper's spans, tags, logs in their order, and baggage.
 * Beside a span's way: makes spans through OpenTelemetry's API alone, so that any SDK takes them.
 *
 * https://github.com/spotahome/kooper/blob/v0.5.1/docs/tracing.md, and operator/controller/generic.go there.
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
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { goDuration } from './go-duration';
import type { Outcome } from './handler-calls';
import { splitKey } from './object-key';

const KEY = 'kubernetes.object.key';

/** The settings that the spans tell of. */
export interface TracedSettings {
  readonly name: string;
  /** Milliseconds. */
  readonly resyncInterval: number;
  readonly maxRetries: number;
  readonly concurrentWorkers: number;
}

/** The tags that all spans of a controller have. */
export function settingsTags(settings: TracedSettings): Attributes {
  return {
    component: 'kooper',
    'kooper.controller': settings.name,
    'controller.cfg.name': settings.name,
    'controller.cfg.resync_interval': goDuration(settings.resyncInterval),
    'controller.cfg.max_retries': settings.maxRetries,
    'controller.cfg.concurrent_workers': settings.concurrentWorkers,
  };
}

export class JobTrace {
  readonly #tracer: Tracer;
  readonly #tags: Attributes;
  readonly #key: string;
  readonly #context: Context;
  readonly #root: Span;

  /** Begins the trace: never below what is active, which is the watch that told of the object, or nothing. */
  constructor(tracer: Tracer, tags: Attributes, key: string, retries: number) {
    this.#tracer = tracer;
    this.#tags = tags;
    this.#key = key;
    const parts = splitKey(key);
    // The baggage comes first: the agent notes what a span's own work adds to it, and here it is noted by hand.
    const home = propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage({ [KEY]: { value: key } }));
    this.#root = tracer.startSpan(
      'processJob',
      {
        kind: SpanKind.CONSUMER,
        attributes: {
          ...(parts && {
            'kubernetes.object.namespace': parts.namespace,
            'kubernetes.object.name': parts.name,
          }),
          ...tags,
          [KEY]: key,
          'kubernetes.object.total_processed_times': retries + 1,
          'kubernetes.object.processing_retry': retries > 0,
        },
      },
      home,
    );
    this.#context = trace.setSpan(home, this.#root);
    this.#root.addEvent('baggage', { event: 'baggage', key: KEY, value: key });
    this.#root.addEvent('process_object', { [KEY]: key });
  }

  /** Runs the handler in a child span of its own. */
  async handle(kind: 'add' | 'delete', work: () => Promise<Outcome>): Promise<Outcome> {
    const span = this.#tracer.startSpan(
      kind === 'add' ? 'handleAddObject' : 'handleDeleteObject',
      { kind: SpanKind.CONSUMER, attributes: { [KEY]: this.#key, ...this.#tags } },
      this.#context,
    );
    span.addEvent(kind, { [KEY]: this.#key });
    const outcome = await context.with(trace.setSpan(this.#context, span), work);
    if (outcome.failed) this.#failed(span, outcome.error);
    span.end();
    return outcome;
  }

  succeeded(): void {
    this.#forgotten('object processed correctly', true);
  }

  /** @param consumed retries with the one that is queued now */
  reenqueued(error: unknown, consumed: number, remaining: number): void {
    this.#failed(this.#root, error);
    this.#root.addEvent('reenqueued', {
      'kubernetes.object.retries_remaining': remaining,
      'kubernetes.object.retries_consumed': consumed,
      [KEY]: this.#key,
    });
    this.#end(false);
  }

  givenUp(error: unknown): void {
    this.#failed(this.#root, error);
    this.#forgotten('max number of retries reached after failing, forgetting object key', false);
  }

  #forgotten(message: string, success: boolean): void {
    this.#root.addEvent('forget', { message, [KEY]: this.#key });
    this.#end(success);
  }

  #failed(span: Span, error: unknown): void {
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.addEvent('error', { message: messageOf(error) });
  }

  /** A log without the field `event`: an event without a name. */
  #end(success: boolean): void {
    this.#root.addEvent('', { success });
    this.#root.end();
  }
}

/** The text of whatever was thrown, for a log field. Never throws. */
function messageOf(error: unknown): string {
  try {
    if (typeof error !== 'object' || error === null) return String(error);
    const { message } = error as { message?: unknown };
    if (typeof message === 'string' && message !== '') return message;
    return error instanceof Error ? String(error.name) : (JSON.stringify(error) ?? String(error));
  } catch {
    return 'an error that cannot be read';
  }
}
