/**
 * The addresses of a host name, kept while they are fresh and asked for again off the hot path.
 * Last station of a span's way: part of `udp-transport`.
 */
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { contained } from '../../diagnostics/contain';
import { monotonic } from './pacer';
import { familyOf } from './udp-connection';

/** As `dns.lookup` with `all: true`. */
export type Lookup = (
  host: string,
  answer: (error: NodeJS.ErrnoException | null, addresses: readonly string[]) => void,
) => void;

interface NameResolverOptions {
  readonly host: string;
  /** How long an answer holds, in milliseconds. */
  readonly ttl: number;
  /** The least time between two look-ups, in milliseconds: errors ask for one, and may come with every packet. */
  readonly least: number;
  readonly lookup?: Lookup;
  readonly now?: () => number;
}

export class NameResolver {
  readonly #options: NameResolverOptions;
  readonly #lookup: Lookup;
  readonly #now: () => number;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking = false;
  /** Of an address or `localhost`, whose answer needs no look-up: it must be there in an `exit` handler too. */
  readonly literal: readonly string[] | undefined;

  constructor(options: NameResolverOptions) {
    this.#options = options;
    this.#lookup = options.lookup ?? systemLookup;
    this.#now = options.now ?? monotonic;
    const { host } = options;
    if (host === 'localhost') this.literal = ['127.0.0.1', '::1'];
    else this.literal = familyOf(host) !== 0 ? [host] : undefined;
  }

  /** Whether the last answer, or failure, is older than its time. */
  get stale(): boolean {
    return this.literal === undefined && this.#now() - this.#askedAt >= this.#options.ttl;
  }

  /** Whether a look-up may start now. */
  get ready(): boolean {
    return this.literal === undefined && !this.#asking && this.#now() - this.#askedAt >= this.#options.least;
  }

  /** Asks the system; `answer` comes in a later tick. At most one at a time: callers look at `ready`. */
  ask(answer: (error: NodeJS.ErrnoException | null, addresses: readonly string[]) => void): void {
    this.#asking = true;
    try {
      this.#askedAt = this.#now();
      this.#lookup(
        this.#options.host,
        contained('udp', (error: NodeJS.ErrnoException | null, addresses: readonly string[]) => {
          this.#asking = false;
          answer(error, addresses);
        }),
      );
    } catch (error) {
      this.#asking = false;
      throw error;
    }
  }
}

function systemLookup(host: string, answer: Parameters<Lookup>[1]): void {
  const { lookup } = require('node:dns') as typeof import('node:dns');
  // Where the instrumentation `dns` is on, this would be a span that has to be sent.
  context.with(suppressTracing(context.active()), () =>
    lookup(host, { all: true }, (error, found) => {
      answer(error, error === null ? found.map((each) => each.address) : []);
    }),
  );
}
