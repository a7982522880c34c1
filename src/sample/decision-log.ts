/**
 * Remembers the last sampling decisions and their reasons, for whoever asks why a trace is there, or isn't.
 * Fifth station of a span's way: told of the decision on the first span of each trace in this process.
 */
import type { Attributes } from '@opentelemetry/api';

/** Why a trace was kept or not. */
export interface SamplingDecision {
  /** Of the span that was decided about. */
  readonly name: string;
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** Whether the trace was kept. */
  readonly sampled: boolean;
  /** Whether the trace came from another process, whose decision the sampler may follow. */
  readonly continued: boolean;
  /** Such as `probabilistic 0.1`, `debug id`, `parent`; for what was not kept, what the sampler is. */
  readonly reason: string;
}

/** Some 100 bytes each. */
const MOST = 256;

/** What is said of a decision; its reason is put into words when somebody asks. */
interface Noted {
  readonly name: string;
  /** The id; as text when somebody reads it. */
  readonly trace: { readonly text: string };
  readonly sampled: boolean;
  readonly continued: boolean;
  readonly attributes: Readonly<Attributes> | undefined;
  /** Microseconds since the epoch. */
  readonly micros: number;
}

export class DecisionLog {
  readonly #sampler: string;
  readonly #ring: Noted[] = [];
  #next = 0;

  /** @param sampler says what decided where it left no tag */
  constructor(sampler: string) {
    this.#sampler = sampler;
  }

  /** @param decision is kept as it is */
  note(decision: Noted): void {
    this.#ring[this.#next] = decision;
    this.#next = (this.#next + 1) % MOST;
  }

  /** The oldest first. */
  list(): readonly SamplingDecision[] {
    const noted = [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
    return noted.map(({ attributes, micros, trace, ...decision }) => ({
      ...decision,
      traceId: trace.text,
      time: Math.floor(micros / 1e3),
      reason: this.#reason(attributes, decision.continued),
    }));
  }

  #reason(attributes: Readonly<Attributes> | undefined, continued: boolean): string {
    const type = attributes?.['sampler.type'];
    if (type !== undefined) return `${type} ${attributes!['sampler.param']}`;
    if (attributes?.['jaeger-debug-id'] !== undefined) return 'debug id';
    return continued ? 'parent' : this.#sampler;
  }
}
