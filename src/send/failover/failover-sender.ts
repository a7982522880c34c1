/**
 * Sends spans to the first destination that answers: what the one before could not send goes to the next, and spans go
 * back to an earlier one as soon as it answers again. Sixth station of a span's way, where a fallback is set; see
 * docs/decisions/005-failover.md.
 */
import type { Context } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan, Span } from '@opentelemetry/sdk-trace-base';
import { contained, fault } from '../../diagnostics/contain';
import { report } from '../../diagnostics/log';
import type { Sender } from '../sender';
import { monotonic } from '../transport/pacer';

export interface Destination {
  /** For messages. */
  readonly name: string;
  readonly sender: Sender;
  /** Asks whether it would take spans. Calls back once, later. */
  probe(done: (answers: boolean) => void): void;
  /** Resolves when a loss of what was flushed would have been noticed; absent where a flush says it all. */
  settled?(): Promise<void>;
}

/** How a destination tells that it could not send, and finds the resource of spans that it knows as bytes only. */
export interface Failing {
  /** @returns whether another destination took the spans; where none did, the caller counts them as lost */
  passOn(spans: readonly ReadableSpan[]): boolean;
  readonly resource: Resource | undefined;
}

interface FailoverOptions {
  /** Makers of the destinations, the preferred first; those behind it are made when they are first needed. */
  readonly destinations: readonly ((failing: Failing) => Destination)[];
  /** The longest that `forceFlush` and `shutdown` take, in milliseconds. */
  readonly exportTimeout: number;
}

/** Before the first probe, and at most, in milliseconds: an agent that restarts is back within seconds. */
const FIRST_PROBE = 1_000;
const LATEST_PROBE = 4_000;

export class FailoverSender implements Sender {
  readonly #options: FailoverOptions;
  readonly #made: (Destination | undefined)[];
  #active = 0;
  #resource: Resource | undefined;
  #probeTimer: NodeJS.Timeout | undefined;
  #wait = FIRST_PROBE;
  #closed = false;

  constructor(options: FailoverOptions) {
    this.#options = options;
    this.#made = options.destinations.map(() => undefined);
    this.#get(0);
  }

  /** The destination that spans go to now. */
  get active(): string {
    return this.#get(this.#active).name;
  }

  onStart(_span: Span, _parent: Context): void {}

  onEnd(span: ReadableSpan): void {
    this.#resource = span.resource;
    this.#get(this.#active).sender.onEnd(span);
  }

  async forceFlush(limit?: number): Promise<void> {
    await this.#within(async ({ sender, settled }) => {
      await sender.forceFlush(limit);
      await settled?.();
    });
  }

  flushNow(limit = 0): void {
    // In their order: what one can't send may reach the next.
    const end = monotonic() + limit;
    const all = [...this.#made];
    for (const each of [...all, ...this.#made]) each?.sender.flushNow(Math.max(0, end - monotonic()));
  }

  async shutdown(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#probeTimer);
    await this.forceFlush();
    await this.#within(({ sender }) => sender.shutdown());
  }

  #get(index: number): Destination {
    const made = this.#made[index];
    if (made !== undefined) return made;
    const self = this;
    const destination = this.#options.destinations[index]!({
      passOn: (spans) => this.#passOn(index, spans),
      get resource() {
        return self.#resource;
      },
    });
    this.#made[index] = destination;
    return destination;
  }

  /** One after the other, since each may pass spans on to the next; all within the time that one may take. */
  #within(work: (destination: Destination) => Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const deadline = setTimeout(resolve, this.#options.exportTimeout);
      const all = async (): Promise<void> => {
        for (let index = 0; index < this.#made.length; index++) {
          const destination = this.#made[index];
          if (destination !== undefined) await work(destination);
        }
      };
      const done = (): void => {
        clearTimeout(deadline);
        resolve();
      };
      all().then(done, (error) => {
        fault('failover', error);
        done();
      });
    });
  }

  #passOn(from: number, spans: readonly ReadableSpan[]): boolean {
    if (from + 1 >= this.#made.length) {
      // Nobody took them. Starting at the top again finds whoever is back first.
      if (from === this.#active) this.#probe();
      return false;
    }
    if (this.#active === from) {
      this.#active = from + 1;
      report('TA_FAILOVER', { from: this.#get(from).name, to: this.#get(from + 1).name }, String(from));
      this.#probe();
    }
    const { sender } = this.#get(Math.max(this.#active, from + 1));
    for (const span of spans) sender.onEnd(span);
    return true;
  }

  #probe(): void {
    if (this.#probeTimer !== undefined || this.#closed || this.#active === 0) return;
    // Many processes that lost the same agent don't ask in step.
    const wait = this.#wait * (0.75 + 0.25 * Math.random());
    this.#wait = Math.min(this.#wait * 2, LATEST_PROBE);
    this.#probeTimer = setTimeout(
      contained('failover', () => this.#ask(0)),
      wait,
    );
    this.#probeTimer.unref();
  }

  /** Asks the destinations before the active one, the preferred first. */
  #ask(index: number): void {
    try {
      this.#askFrom(index);
    } catch (error) {
      fault('failover', error);
      this.#probeTimer = undefined;
      this.#probe();
    }
  }

  #askFrom(index: number): void {
    if (this.#closed) return;
    if (index >= this.#active) {
      this.#probeTimer = undefined;
      this.#probe();
      return;
    }
    const destination = this.#get(index);
    destination.probe(
      contained('failover', (answers: boolean) => {
        if (!answers) {
          this.#ask(index + 1);
          return;
        }
        this.#probeTimer = undefined;
        if (index >= this.#active) return;
        this.#active = index;
        this.#wait = FIRST_PROBE;
        report('TA_FAILOVER_BACK', { to: destination.name }, String(index));
        this.#probe();
      }),
    );
  }
}
