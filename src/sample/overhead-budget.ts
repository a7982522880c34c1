/**
 * Keeps what tracing costs within a share of the event loop's time: sheds detail first, then new traces.
 * Fifth station of a span's way: read only where the setting `maxOverhead` is given; asked for the first span of each
 * new trace, after the other samplers.
 *
 * The cost is an estimate. What the end of a span takes (encoding, mostly) is measured on every 16th span, on this
 * machine and with this application's spans; all the rest that a span costs (hooks, context, attributes, ids) is in
 * proportion to it. It is compared with the time in which the event loop was active: of a loop that mostly waits,
 * nothing is taken away.
 */
import {
  type Attributes,
  type Context,
  isSpanContextValid,
  type Link,
  type SpanKind,
  trace,
} from '@opentelemetry/api';
import type { ReadableSpan, Sampler, Span } from '@opentelemetry/sdk-trace-base';
import { containedUnlessResting } from '../diagnostics/contain';
import type { Counters } from '../diagnostics/counters';
import { report } from '../diagnostics/log';
import { DEBUG } from './debug-flag';
import { DROP } from './sampling-result';
import type { SpanDestination } from './span-destination';

/** What the loop did since the last look, in milliseconds. */
interface LoopTime {
  readonly active: number;
  readonly idle: number;
}

interface OverheadBudgetOptions {
  /** Percent of the event loop's active time. */
  readonly budget: number;
  /** Whether there is detail to shed: without it, traces are the first step. */
  readonly hasDetail: boolean;
  readonly onDetail: (shed: boolean) => void;
  /** Jaeger's flags of a context: what somebody asked for by a debug flag is not shed. */
  readonly flagsOf: (context: Context) => number;
  readonly counters: Counters;
  /** The system's, unless a test has its own. */
  readonly loop?: () => LoopTime;
  readonly now?: () => number;
}

/** Between two looks, in milliseconds. */
const LOOK = 1_000;
/** Each so-manieth span's end is measured. */
const MEASURED = 16;
/**
 * A span's whole cost as a multiple of what its end costs: for a server's span 3.8 in the median of nine runs of
 * `node bench/micro/cost-ratio.mjs` (Node 20; 1.7 to 9.7 on two busy cores), in one run each 2.4 for Express with detail
 * and 3.8 for spans of the application.
 */
const COST_RATIO = 4;
/** Below this share of active time, nobody waits for the loop. */
const LEAST_ACTIVE = 0.2;
/** Looks over the budget before something is shed, and well below it before something comes back. */
const LOOKS_OVER = 2;
const LOOKS_BELOW = 10;
/** The last step doubles what is traced: below this share of the budget that fits again. */
const WELL_BELOW = 0.4;
/** Of traces, 1 in 64 is kept at least. */
const MOST_HALVINGS = 6;

export class OverheadBudget {
  readonly #options: OverheadBudgetOptions;
  readonly #loop: () => LoopTime;
  readonly #now: () => number;
  readonly #firstHalving: number;
  /** 0 sheds nothing; then detail, where there is some; then half of the new traces, and half again. */
  #step = 0;
  #over = 0;
  #below = 0;
  #spans = 0;
  #measuredSpans = 0;
  #measuredTime = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: OverheadBudgetOptions) {
    this.#options = options;
    this.#loop = options.loop ?? loopTime();
    this.#now = options.now ?? (() => performance.now());
    this.#firstHalving = options.hasDetail ? 2 : 1;
  }

  start(): void {
    this.#timer = setInterval(
      containedUnlessResting('overload', () => this.look()),
      LOOK,
    ).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#moveTo(0);
  }

  /** How many steps are shed. */
  get step(): number {
    return this.#step;
  }

  /** Whether a new trace of this id is not to be begun. */
  sheds(traceId: string): boolean {
    const halvings = this.#step - this.#firstHalving + 1;
    if (halvings <= 0) return false;
    // Of the id's low half, as the other samplers look at the rest of it; all services of one budget agree.
    return Number.parseInt(traceId.slice(-8), 16) % 2 ** halvings !== 0;
  }

  /** @param inner decides about all that isn't shed */
  sampler(inner: Sampler): Sampler {
    const { counters, flagsOf } = this.#options;
    return {
      shouldSample: (
        context: Context,
        traceId: string,
        name: string,
        kind: SpanKind,
        attributes: Attributes,
        links: Link[],
      ) => {
        const parent = trace.getSpanContext(context);
        const isNew = parent === undefined || !isSpanContextValid(parent);
        if (!isNew || !this.sheds(traceId) || (flagsOf(context) & DEBUG) !== 0)
          return inner.shouldSample(context, traceId, name, kind, attributes, links);
        counters.shedTraces++;
        return DROP as ReturnType<Sampler['shouldSample']>;
      },
      toString: () => String(inner),
    };
  }

  /** The same destination, with the time measured that the end of its spans takes. */
  measured(next: SpanDestination): SpanDestination {
    return {
      onStart: (span: Span, context: Context) => next.onStart(span, context),
      onEnd: (span: ReadableSpan) => this.#measure(next, span),
      forceFlush: (limit) => next.forceFlush(limit),
      flushNow: (limit) => next.flushNow(limit),
      shutdown: () => next.shutdown(),
    };
  }

  /** Compares the last second with the budget. */
  look(): void {
    const { active, idle } = this.#loop();
    const spent =
      this.#measuredSpans === 0 ? 0 : (this.#measuredTime / this.#measuredSpans) * this.#spans * COST_RATIO;
    this.#spans = 0;
    this.#measuredSpans = 0;
    this.#measuredTime = 0;
    const total = active + idle;
    if (!(total > 0)) return;
    const overhead = (spent / Math.max(active, spent)) * 100;
    const { budget } = this.#options;
    const waits = active / total < LEAST_ACTIVE;
    this.#over = !waits && overhead > budget ? this.#over + 1 : 0;
    this.#below = waits || overhead < budget * WELL_BELOW ? this.#below + 1 : 0;
    if (this.#over >= LOOKS_OVER && this.#step < this.#firstHalving + MOST_HALVINGS - 1) {
      this.#over = 0;
      this.#options.counters.overloads++;
      this.#moveTo(this.#step + 1, overhead);
    } else if (this.#below >= LOOKS_BELOW && this.#step > 0) {
      this.#below = 0;
      this.#moveTo(this.#step - 1);
    }
  }

  #measure(next: SpanDestination, span: ReadableSpan): void {
    if (this.#spans++ % MEASURED !== 0) {
      next.onEnd(span);
      return;
    }
    const begun = this.#now();
    next.onEnd(span);
    this.#measuredTime += this.#now() - begun;
    this.#measuredSpans++;
  }

  #moveTo(step: number, overhead = 0): void {
    const before = this.#step;
    if (step === before) return;
    const { budget, hasDetail, onDetail } = this.#options;
    this.#step = step;
    if (hasDetail && before === 0) onDetail(true);
    if (hasDetail && step === 0) onDetail(false);
    if (step === 0) report('TA_OVERLOAD_OVER', { budget });
    else if (before === 0) {
      const shed = hasDetail
        ? 'handlers and middleware have no spans for now'
        : 'fewer new traces are kept for now';
      report('TA_OVERLOAD', { overhead: overhead.toFixed(1), budget, shed }, shed);
    }
  }
}

function loopTime(): () => LoopTime {
  const { eventLoopUtilization } = performance;
  let last = eventLoopUtilization();
  return () => {
    const now = eventLoopUtilization();
    const { active, idle } = eventLoopUtilization(now, last);
    last = now;
    return { active, idle };
  };
}
