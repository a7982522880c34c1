/**
 * Sees how full the receive queue of a UDP receiver on this machine is, and what was dropped there: back pressure,
 * where Linux shows it. Last station of a span's way: asked by `pacer` before a packet leaves.
 *
 * The kernel's tables of sockets say so. Where they are long, or slow to read, the pace isn't kept by them; what was
 * dropped is still read there, now and then, by another thread.
 */
import { readFileSync } from 'node:fs';
import { contained } from '../../diagnostics/contain';
import { counters as agentCounters, type Counters } from '../../diagnostics/counters';
import { report } from '../../diagnostics/log';
import { timers } from '../../diagnostics/native-timers';
import { monotonic } from './pacer';
import { type Sight, type SocketRow, SocketTables, type SocketTablesOptions, TABLES } from './socket-tables';
import type { UdpConnection } from './udp-connection';

interface ReceiverQueueOptions extends SocketTablesOptions {
  /** Packets that the kernel has dropped for want of room, and the spans in them: 0 where others send there too. */
  readonly onDropped: (packets: number, spans: number) => void;
  /** Monotonic milliseconds; tests bring their own. */
  readonly now?: () => number;
}

/** A read that takes longer is a slow one; after so many in a row, or where there is no row, the table is left alone. */
const SLOW = 0.5;
const MOST_SLOW = 5;
const LOOK_AGAIN = 5_000;
/** Of the time, a read takes one in so many at most; usually 40 µs, so one is made every 1.2 ms at most. */
const SHARE = 30;
/** What was read says nothing about others' packets after so many milliseconds. */
const FRESH = 5;
/**
 * While one look after the other finds the queue empty and nobody else there, it holds longer, up to this: then only
 * packets of our own fill it, and one look serves three large ones of a server that sends some ten a second.
 */
const MOST_FRESH = 320;
/** A receiver whose full queue doesn't move for so long, in milliseconds, has stopped: it isn't waited for. */
const PATIENCE = 2_000;
/** How often it is looked at then. */
const STOPPED_LOOK = 100;
/** So many milliseconds after a packet the tables are read if they weren't since: it may have been the last for long. */
const AFTERWARDS = 1_000;
/** A socket's default on Linux, in bytes; its own can't be seen. */
const DEFAULT_BUFFER = 212_992;

export class ReceiverQueue {
  readonly #options: ReceiverQueueOptions;
  readonly #now: () => number;
  readonly #tables: SocketTables;
  #limit = DEFAULT_BUFFER;
  /** As last seen. */
  #row: SocketRow | undefined;
  /** The table has no such row, or takes long to read: it is left alone for a while. */
  #blind = true;
  /** It takes long to read, and may have the row: another thread reads it. */
  #aside = false;
  /** Since when that thread does; undefined while none does. */
  #asideSince: number | undefined;
  /** Whether others are connected to the receiver. */
  #others = false;
  /** Bytes of memory that fit, by the last read and what was sent since. */
  #room = 0;
  /** How long that holds, in milliseconds. */
  #fresh = FRESH;
  #readAt = Number.NEGATIVE_INFINITY;
  /** Before then the tables aren't read. */
  #nextRead = Number.NEGATIVE_INFINITY;
  #slow = 0;
  /** Since when the queue is full and unmoved; undefined where it isn't. */
  #stuckSince: number | undefined;
  #packets = 0;
  #spans = 0;
  /** A packet has left since the tables were read. */
  #unseen = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #onTimer = contained('udp', () => {
    this.#timer = undefined;
    if (!this.#unseen) return;
    if (this.#aside) this.#lookAside();
    else if (!this.#blind) this.look();
  });

  constructor(options: ReceiverQueueOptions) {
    this.#options = options;
    this.#now = options.now ?? monotonic;
    this.#tables = new SocketTables(options);
    this.#limit = defaultBuffer();
  }

  /**
   * Milliseconds after which to ask again whether a packet of `length` bytes has room; 0 where it has. Undefined where
   * that can't be seen.
   * @param urgent asks the kernel however short ago it was asked
   */
  wait(length: number, urgent = false): number | undefined {
    if (!this.#tables.possible) return undefined;
    const memory = memoryOf(length);
    const now = this.#now();
    if (!this.#blind && now - this.#readAt < this.#fresh && memory <= this.#room) return 0;
    if (now < this.#nextRead && !(urgent && !this.#blind)) {
      return this.#blind || this.#stopped(now) ? undefined : Math.ceil(this.#nextRead - now);
    }
    this.look();
    if (this.#blind) return undefined;
    // A queue with nothing in it takes a packet of any size.
    if (memory <= this.#room || this.#row?.queued === 0) {
      this.#stuckSince = undefined;
      return 0;
    }
    this.#stuckSince ??= now;
    if (!this.#stopped(now)) return Math.max(1, Math.ceil(this.#nextRead - this.#now()));
    this.#nextRead = now + STOPPED_LOOK;
    return undefined;
  }

  /** One more packet is there. */
  sent(length: number, spans: number): void {
    this.#room -= memoryOf(length);
    this.#packets++;
    this.#spans += spans;
    this.#unseen = true;
    if (this.#timer === undefined && (this.#aside || !this.#blind)) {
      this.#timer = timers.setTimeout(this.#onTimer, AFTERWARDS);
      this.#timer.unref();
    }
  }

  /** The receiver's socket as the last look found it: packets dropped since it was opened, and bytes that wait. */
  get seen(): { readonly drops: number; readonly queued: number } | undefined {
    return this.#row;
  }

  /**
   * Reads the tables now, and tells of what was dropped since the last time.
   * @param whole up to what is read at all, and by this thread alone: after a flush, and for a process that ends
   */
  look(whole = false): void {
    if (!this.#tables.possible) return;
    this.#unseen = false;
    const start = this.#now();
    const sight = this.#tables.look(whole);
    const end = this.#now();
    this.#readAt = end;
    this.#nextRead = end + (end - start) * SHARE;
    this.#slow = end - start > SLOW ? this.#slow + 1 : 0;
    this.#blind = sight.row === undefined || this.#slow >= MOST_SLOW;
    this.#aside = this.#blind && (sight.long || sight.row !== undefined);
    if (this.#blind) {
      this.#slow = 0;
      this.#stuckSince = undefined;
      this.#nextRead = end + LOOK_AGAIN;
    }
    if (sight.row !== undefined) this.#asideSince = undefined;
    this.#see(sight);
    // What is dropped from now on is counted from what it finds. Not at an end: what another thread does holds the process,
    // which would come to its end anew when that is over.
    if (this.#aside && !whole) this.#lookAside();
  }

  #lookAside(): void {
    const now = this.#now();
    // One that hasn't come back for so long is forgotten.
    if (this.#asideSince !== undefined && now - this.#asideSince < LOOK_AGAIN) return;
    this.#asideSince = now;
    this.#unseen = false;
    this.#tables.lookAside((sight) => {
      // What was seen meanwhile is newer, and counted.
      if (this.#asideSince !== now) return;
      this.#asideSince = undefined;
      this.#see(sight);
    });
  }

  #see({ row, others }: Sight): void {
    if (row === undefined) return;
    const before = this.#row;
    this.#row = row;
    this.#others = others;
    // One that has more in it than this has more room, which doesn't show.
    this.#limit = Math.max(this.#limit, row.queued);
    // While something waits, up to a quarter of the buffer may be free and not yet given back by the kernel, which
    // leaves it out of what it shows (`udp_rmem_release` in net/ipv4/udp.c).
    this.#room = row.queued === 0 ? this.#limit : this.#limit * 0.75 - row.queued;
    const calm = row.queued === 0 && !others && row.drops === before?.drops;
    this.#fresh = calm ? Math.min(this.#fresh * 2, MOST_FRESH) : FRESH;
    if (before === undefined || before.inode !== row.inode) return;
    if (row.queued < before.queued) this.#stuckSince = undefined;
    const dropped = row.drops - before.drops;
    if (dropped > 0) this.#options.onDropped(dropped, this.#spansIn(dropped));
  }

  /** Which ones it were isn't known: so many packets have so many spans on the average. */
  #spansIn(packets: number): number {
    if (this.#others || this.#packets === 0) return 0;
    return Math.round((Math.min(packets, this.#packets) * this.#spans) / this.#packets);
  }

  #stopped(now: number): boolean {
    return this.#stuckSince !== undefined && now - this.#stuckSince >= PATIENCE;
  }
}

/**
 * Watches the receiver of a connection, where it is on this machine and the system may show it; counts what it drops,
 * which was counted as sent.
 * @param name of the agent, for messages
 */
export function watchReceiver(
  { address, ownPort, sameMachine }: UdpConnection,
  name: string,
  port: number,
  counters: Counters = agentCounters,
  tables: readonly string[] = TABLES,
): ReceiverQueue | undefined {
  if (process.platform !== 'linux' || !sameMachine) return undefined;
  const onDropped = (packets: number, spans: number): void => {
    const counted = Math.min(spans, counters.sent);
    counters.sent -= counted;
    counters.droppedReceiverFull += counted;
    counters.receiverDrops += packets;
    report('TA_RECEIVER_FULL', { address: name, packets: counters.receiverDrops }, name);
  };
  return new ReceiverQueue({ address, port, ownPort, onDropped, tables });
}

/**
 * Memory that the kernel counts for a packet over the loopback device, which takes up to 65,536 bytes whole; measured
 * on Linux 6.18. Up to 16 kB a power of two holds it with its headers, beyond that pages.
 */
export function memoryOf(length: number): number {
  const size = length + 384;
  return size <= 16_384 ? 2 ** Math.ceil(Math.log2(size)) + 256 : length + 832;
}

let buffer: number | undefined;

/** What sockets get that ask for nothing; a container may not see the system's setting. */
function defaultBuffer(): number {
  if (buffer !== undefined) return buffer;
  buffer = DEFAULT_BUFFER;
  try {
    buffer = Number(readFileSync('/proc/sys/net/core/rmem_default', 'latin1')) || DEFAULT_BUFFER;
  } catch {
    // The kernel's own default, then.
  }
  return buffer;
}
