/**
 * Spreads the packets of a burst: UDP has no back pressure, and a receiver's default buffer holds three full packets.
 * Last station of a span's way: between `send` and the socket, for packets that may not leave yet, in order.
 *
 * Two buckets, of bytes and of packets, fill with time. A packet leaves in the call that brings it, where both have
 * enough and none waits before it; otherwise a timer, or the next packet, sends it when they do.
 */
import { contained } from '../../diagnostics/contain';

export interface PaceLimits {
  /** The rate in the long run. */
  readonly bytesPerSecond: number;
  /** What may leave at once after a pause. */
  readonly burstBytes: number;
  /** Packets in a second, in bursts of a hundredth of it; `Infinity` for any. Never passed, but by `drain`. */
  readonly messagesPerSecond: number;
  /** How far beyond the rate `makeRoom` may go, in bytes; what it takes is paid back before the next packet. */
  readonly overdraftBytes: number;
}

interface Paced {
  readonly packet: { readonly length: number };
}

/** Monotonic milliseconds, with fractions. `performance` would be loaded first. */
export function monotonic(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

export class Pacer<T extends Paced> {
  readonly #limits: PaceLimits;
  readonly #mostMessages: number;
  readonly #emit: (item: T) => void;
  readonly #now: () => number;
  readonly #onTimer: () => void;
  #queue: T[] = [];
  /** Index of the first that waits: a burst's queue is not moved for each packet. */
  #first = 0;
  #bytes: number;
  #messages: number;
  #filledAt: number;
  #timer: NodeJS.Timeout | undefined;
  #held = false;
  #paused = false;

  /** @param emit sends one packet; it must not throw */
  constructor(limits: PaceLimits, emit: (item: T) => void, now: () => number = monotonic) {
    // Infinity would make NaN of what fills in no time.
    const messagesPerSecond = Math.min(limits.messagesPerSecond, Number.MAX_SAFE_INTEGER);
    this.#limits = { ...limits, messagesPerSecond };
    this.#mostMessages = Math.max(1, messagesPerSecond / 100);
    this.#emit = emit;
    this.#now = now;
    this.#bytes = limits.burstBytes;
    this.#messages = this.#mostMessages;
    this.#filledAt = now();
    this.#onTimer = contained('udp', () => {
      this.#timer = undefined;
      this.#pump();
    });
  }

  /** Packets that wait. */
  get size(): number {
    return this.#queue.length - this.#first;
  }

  push(item: T): void {
    this.#queue.push(item);
    this.#pump();
  }

  /** One that left in vain waits again, before all others; nothing leaves by this. */
  putBack(item: T): void {
    this.#queue.splice(this.#first, 0, item);
  }

  /** Packets wait, whatever the pace, until `resume`. */
  pause(): void {
    this.#paused = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  resume(): void {
    this.#paused = false;
    this.#pump();
  }

  /**
   * Sends the oldest ahead of the rate, as far as the overdraft goes: a burst larger than the queue may still arrive,
   * while what would be dropped instead is lost for certain.
   */
  makeRoom(bytes: number): void {
    this.#fill();
    let made = 0;
    while (!this.#paused && this.size > 0 && made < bytes) {
      if (this.#bytes < -this.#limits.overdraftBytes || this.#messages < 1) return;
      made += this.#queue[this.#first]!.packet.length;
      this.#next();
    }
  }

  /** Sends all now, in order. */
  drain(): void {
    this.#paused = false;
    while (this.size > 0) this.#next();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Forgets what waits, and returns it. */
  clear(): T[] {
    const rest = this.#queue.slice(this.#first);
    this.#queue = [];
    this.#first = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return rest;
  }

  /** Whether what waits keeps the process alive. */
  hold(alive: boolean): void {
    this.#held = alive;
    if (alive) this.#timer?.ref();
    else this.#timer?.unref();
  }

  #pump(): void {
    if (this.#paused) return;
    this.#fill();
    while (this.size > 0 && this.#mayLeave()) this.#next();
    if (this.size > 0 && this.#timer === undefined) {
      this.#timer = setTimeout(this.#onTimer, this.#wait());
      if (!this.#held) this.#timer.unref();
    }
  }

  #mayLeave(): boolean {
    return this.#messages >= 1 && this.#bytes >= this.#needed();
  }

  /** For the first in the queue; one larger than the bucket leaves when that is full. */
  #needed(): number {
    return Math.min(this.#queue[this.#first]!.packet.length, this.#limits.burstBytes);
  }

  /** Milliseconds until the first may leave; a timer waits one at least. */
  #wait(): number {
    const { bytesPerSecond, messagesPerSecond } = this.#limits;
    const forBytes = ((this.#needed() - this.#bytes) * 1e3) / bytesPerSecond;
    const forMessages = ((1 - this.#messages) * 1e3) / messagesPerSecond;
    return Math.max(1, Math.ceil(Math.max(forBytes, forMessages)));
  }

  #fill(): void {
    const now = this.#now();
    const seconds = (now - this.#filledAt) / 1e3;
    this.#filledAt = now;
    const { bytesPerSecond, burstBytes, messagesPerSecond } = this.#limits;
    this.#bytes = Math.min(burstBytes, this.#bytes + seconds * bytesPerSecond);
    this.#messages = Math.min(this.#mostMessages, this.#messages + seconds * messagesPerSecond);
  }

  #next(): void {
    const item = this.#queue[this.#first]!;
    this.#queue[this.#first++] = undefined as unknown as T;
    if (this.#first === this.#queue.length || this.#first > 1024) {
      this.#queue = this.#queue.slice(this.#first);
      this.#first = 0;
    }
    this.#bytes -= item.packet.length;
    this.#messages--;
    this.#emit(item);
  }
}
