/**
 * Jaeger's throttler: a server gives each operation of this service credits for debug traces.
 * Fifth station of a span's way: asked by the debug guard.
 *
 * `GET /credits?service=…&uuid=…&operations=…` answers `{"balances":[{"operation":"GET /","balance":2}]}`; balances
 * add up, a debug trace costs one. An operation not seen before waits for the next answer, as in Jaeger's clients.
 */
import { randomUUID } from 'node:crypto';
import { Poller } from './remote/poller';

interface DebugCreditsOptions {
  /** Such as `http://localhost:5778/credits`. */
  readonly endpoint: string;
  readonly serviceName: string;
  /** Between two questions, in milliseconds. */
  readonly interval: number;
}

/** Names come from requests; more than these get no credits. */
const MOST_OPERATIONS = 200;
/** Credits an operation can save up. */
const MOST_CREDITS = 1_000;

export class DebugCredits {
  readonly #credits = new Map<string, number>();
  readonly #poller: Poller;

  constructor({ endpoint, serviceName, interval }: DebugCreditsOptions) {
    const uuid = randomUUID();
    this.#poller = new Poller({
      url: () => {
        if (this.#credits.size === 0) return undefined;
        const url = new URL(endpoint);
        url.searchParams.set('service', serviceName);
        url.searchParams.set('uuid', uuid);
        for (const operation of this.#credits.keys()) url.searchParams.append('operations', operation);
        return url;
      },
      interval,
      onAnswer: (body) => this.#add(body),
    });
  }

  start(): void {
    this.#poller.start();
  }

  stop(): void {
    this.#poller.stop();
  }

  /** Takes a credit of the operation if it has one. */
  take(operation: string): boolean {
    const credits = this.#credits.get(operation);
    if (credits === undefined && this.#credits.size < MOST_OPERATIONS) this.#credits.set(operation, 0);
    if (credits === undefined || credits < 1) return false;
    this.#credits.set(operation, credits - 1);
    return true;
  }

  #add(body: string): void {
    const balances: unknown = JSON.parse(body)?.balances;
    if (!Array.isArray(balances)) throw new Error('its answer has no list of balances');
    for (const each of balances) {
      const known = this.#credits.get(each?.operation);
      const more = Number(each?.balance);
      if (known !== undefined && more > 0)
        this.#credits.set(each.operation, Math.min(MOST_CREDITS, known + more));
    }
  }
}
