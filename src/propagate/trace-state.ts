/**
 * W3C's `tracestate`: what other tracing systems sent along, to be passed on.
 * Third station of a span's way. https://www.w3.org/TR/trace-context/#tracestate-header
 *
 * Ours, since the API's drops single members where the recommendation drops the header, and everything beyond 512
 * characters, which is the least that should pass.
 */
import type { TraceState as Interface } from '@opentelemetry/api';

const MOST_MEMBERS = 32;
/** `key` or `tenant@system`, lower case. */
const KEY = /^(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})$/;
/** Printable ASCII but comma and equals, the last no blank. */
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

export class TraceState implements Interface {
  readonly #members: ReadonlyMap<string, string>;

  private constructor(members: ReadonlyMap<string, string>) {
    this.#members = members;
  }

  /** Undefined where there is nothing, or anything is wrong: then all of it is to be dropped. */
  static parse(header: string): TraceState | undefined {
    const members = new Map<string, string>();
    for (const part of header.split(',')) {
      const member = part.trim();
      if (member === '') continue;
      const equals = member.indexOf('=');
      const key = member.slice(0, Math.max(equals, 0));
      const value = member.slice(equals + 1);
      if (!KEY.test(key) || !VALUE.test(value) || members.has(key) || members.size === MOST_MEMBERS)
        return undefined;
      members.set(key, value);
    }
    return members.size === 0 ? undefined : new TraceState(members);
  }

  get(key: string): string | undefined {
    return this.#members.get(key);
  }

  /** A copy with the member in front; the last one goes where there are too many. An invalid one changes nothing. */
  set(key: string, value: string): TraceState {
    if (!KEY.test(key) || !VALUE.test(value)) return this;
    const others = [...this.#members].filter(([name]) => name !== key);
    return new TraceState(new Map([[key, value] as const, ...others.slice(0, MOST_MEMBERS - 1)]));
  }

  unset(key: string): TraceState {
    return new TraceState(new Map([...this.#members].filter(([name]) => name !== key)));
  }

  serialize(): string {
    return [...this.#members].map(([key, value]) => `${key}=${value}`).join(',');
  }
}
