/**
 * Spreads the packets of a burst: UDP has no back pressure, and a receiver's default buffer holds three full packets.
 * Last station of a span's way: between `send` and the socket, for packets that may not leave yet, in order.
 *
 * Two buckets, of bytes and of packets, fill with time. A packet leaves in the call that brings it, where both have
 * enough and none waits before it; otherwise a timer, or the next packet, sends it when they do. Where the receiver's
 * queue can be seen (`receiver-queue.ts`), its room takes the place of the bytes' bucket.
 */
import { contained } from '../../diagnostics/contain';
import { timers } from '../../diagnostics/native-timers';

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

/**
 * Milliseconds until a packet of `length` bytes may have room at the receiver, 0 where it has; undefined where that is
 * not known.
 */
type Room = (length: number, urgent: boolean) => number | undefined;

/** For standing still: a wait on it ends by its time. */
const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));

/** Monotonic milliseconds, with fractions. `performance` would be loaded first. */
export function monotonic(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

export class Pacer<T extends Paced> {
  readonly #limits: PaceLimits;
  readonly #mostMessages: number;
  readonly #emit: (item: T) => void;
  readonly #room: Room;
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
  constructor(
    limits: PaceLimits,
    emit: (item: T) => void,
    now: () => number = monotonic,
    room: Room = () => undefined,
  ) {
    // Infinity would make NaN of what fills in no time.
    const messagesPerSecond = Math.min(limits.messagesPerSecond, Number.MAX_SAFE_INTEGER);
    this.#limits = { ...limits, messagesPerSecond };
    this.#mostMessages = Math.max(1, messagesPerSecond / 100);
    this.#emit = emit;
    this.#now = now;
    this.#room = room;
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
    this.#stopTimer();
  }

  resume(): void {
    this.#paused = false;
    this.#pump();
  }

  /**
   * Sends the oldest ahead of the rate, as far as the overdraft goes: a burst larger than the queue may still arrive,
   * while what would be dropped instead is lost for certain. So it is at a receiver that is seen to be full.
   */
  makeRoom(bytes: number): void {
    this.#fill();
    let made = 0;
    while (!this.#paused && this.size > 0 && made < bytes) {
      const { length } = this.#queue[this.#first]!.packet;
      const wait = this.#room(length, true);
      const full = wait === undefined ? this.#bytes < -this.#limits.overdraftBytes : wait > 0;
      if (full || this.#messages < 1) return;
      made += length;
      this.#next();
    }
  }

  /**
   * Sends all now, in order.
   * @param limit milliseconds in which the thread may stand still for a receiver that is seen to be full
   */
  drain(limit = 0): void {
    this.#paused = false;
    const deadline = this.#now() + limit;
    while (this.size > 0) {
      const { length } = this.#queue[this.#first]!.packet;
      if (this.#now() < deadline && (this.#room(length, true) ?? 0) > 0) {
        Atomics.wait(nobodyWakes, 0, 0, 1);
      } else {
        this.#next();
      }
    }
    this.#stopTimer();
  }

  /** Forgets what waits, and returns it. */
  clear(): T[] {
    const rest = this.#queue.slice(this.#first);
    this.#queue = [];
    this.#first = 0;
    this.#stopTimer();
    return rest;
  }

  /** Whether what waits keeps the process alive. */
  hold(alive: boolean): void {
    this.#held = alive;
    if (alive) this.#timer?.ref();
    else this.#timer?.unref();
  }

  #stopTimer(): void {
    const timer = this.#timer;
    this.#timer = undefined;
    try {
      timers.clearTimeout(timer);
    } catch {
      // It rings for nothing.
    }
  }

  #pump(): void {
    if (this.#paused) return;
    this.#fill();
    // What leaves may bring a pause.
    while (!this.#paused && this.size > 0) {
      const wait = this.#wait();
      if (wait > 0) {
        if (this.#timer !== undefined) return;
        this.#timer = timers.setTimeout(this.#onTimer, wait);
        if (!this.#held) this.#timer.unref();
        return;
      }
      this.#next();
    }
  }

  /** For the first in the queue; one larger than the bucket leaves when that is full. */
  #needed(): number {
    return Math.min(this.#queue[this.#first]!.packet.length, this.#limits.burstBytes);
  }

  /** Milliseconds until the first may leave, whole ones as timers have them; 0 where it may now. */
  #wait(): number {
    const { bytesPerSecond, messagesPerSecond } = this.#limits;
    const forMessages = ((1 - this.#messages) * 1e3) / messagesPerSecond;
    if (forMessages > 0) return Math.ceil(forMessages);
    const forRoom = this.#room(this.#queue[this.#first]!.packet.length, false);
    if (forRoom !== undefined) return forRoom;
    return Math.max(0, Math.ceil(((this.#needed() - this.#bytes) * 1e3) / bytesPerSecond));
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
    // Where the receiver's room decides, more may leave than the rate; only so much of it is paid back.
    this.#bytes = Math.max(this.#bytes - item.packet.length, -2 * this.#limits.overdraftBytes);
    this.#messages--;
    this.#emit(item);
  }
}
