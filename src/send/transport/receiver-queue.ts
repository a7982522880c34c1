/**
 * Sees how full the receive queue of a UDP receiver on this machine is, and what was dropped there: back pressure,
 * where Linux shows it. Last station of a span's way: asked by `pacer` before a packet leaves.
 *
 * `/proc/net/udp` and `udp6` list the sockets of this network namespace (https://docs.kernel.org/networking/proc_net_tcp.html
 * for the columns): a sidecar's, a DaemonSet's with the host's network, a Jaeger beside the application. A receiver
 * behind a port mapping, or on another machine, is not in there, and neither has another system such a table.
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { endianness } from 'node:os';
import { contained } from '../../diagnostics/contain';
import { counters as agentCounters, type Counters } from '../../diagnostics/counters';
import { report } from '../../diagnostics/log';
import { monotonic } from './pacer';
import { familyOf, type UdpConnection } from './udp-connection';

interface ReceiverQueueOptions {
  /** An address of this machine, the receiver's port there, and the port of the socket that sends. */
  readonly address: string;
  readonly port: number;
  readonly ownPort: number;
  /** Packets that the kernel has dropped for want of room, and the spans in them: 0 where others send there too. */
  readonly onDropped: (packets: number, spans: number) => void;
  /** Monotonic milliseconds; tests bring their own. */
  readonly now?: () => number;
  /** The kernel's tables, for IPv4 and for IPv6. */
  readonly tables: readonly string[];
}

/** One socket of the table. */
interface Row {
  /** Bytes of memory that its waiting packets take. */
  readonly queued: number;
  /** Packets dropped since it was opened. */
  readonly drops: number;
  readonly inode: string;
}

const TABLES = ['/proc/net/udp', '/proc/net/udp6'];
/** More of a table is not read: some 128 sockets, which take 200 µs; 400 take 700. */
const MOST_BYTES = 16 * 1024;
/** A page of 4096 bytes that had room for one more line, of 128 bytes in `udp` and some 170 in `udp6`, is the last. */
const LAST_PAGE = 4096 - 256;
/** A read that takes longer is a slow one; after so many in a row, or where there is no row, the table is left alone. */
const SLOW = 0.5;
const MOST_SLOW = 5;
const LOOK_AGAIN = 5_000;
/** Of the time, a read takes one in so many at most; usually 40 µs, so one is made every 1.2 ms at most. */
const SHARE = 30;
/** What was read says nothing about others' packets after so many milliseconds. */
const FRESH = 5;
/** While one look after the other finds the queue empty and nobody else there, it holds longer, up to this. */
const MOST_FRESH = 40;
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
  readonly #port: string;
  /** Its address as the tables write it, and those of wildcards; undefined where the tables can't have it. */
  readonly #locals: readonly (readonly string[])[] | undefined;
  readonly #buffer = Buffer.allocUnsafe(MOST_BYTES);
  #limit = DEFAULT_BUFFER;
  #row: Row | undefined;
  /** The table has no such row, or takes long to read: it is left alone for a while. */
  #blind = true;
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
    if (this.#unseen && !this.#blind) this.look();
  });

  constructor(options: ReceiverQueueOptions) {
    this.#options = options;
    this.#now = options.now ?? monotonic;
    this.#port = hexOf(options.port);
    this.#locals = localsOf(options.address);
    this.#limit = defaultBuffer();
  }

  /**
   * Milliseconds after which to ask again whether a packet of `length` bytes has room; 0 where it has. Undefined where
   * that can't be seen.
   * @param urgent asks the kernel however short ago it was asked
   */
  wait(length: number, urgent = false): number | undefined {
    if (this.#locals === undefined) return undefined;
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
    if (this.#timer === undefined && !this.#blind) {
      this.#timer = setTimeout(this.#onTimer, AFTERWARDS);
      this.#timer.unref();
    }
  }

  /** The receiver's socket as the last look found it: packets dropped since it was opened, and bytes that wait. */
  get seen(): { readonly drops: number; readonly queued: number } | undefined {
    return this.#row;
  }

  /** Reads the tables now, and tells of what was dropped since the last time. */
  look(): void {
    if (this.#locals === undefined) return;
    this.#unseen = false;
    const before = this.#row;
    const start = this.#now();
    this.#row = this.#find(this.#locals);
    const end = this.#now();
    this.#readAt = end;
    this.#nextRead = end + (end - start) * SHARE;
    this.#slow = end - start > SLOW ? this.#slow + 1 : 0;
    const row = this.#row;
    this.#blind = row === undefined || this.#slow >= MOST_SLOW;
    if (this.#blind) {
      this.#slow = 0;
      this.#stuckSince = undefined;
      this.#nextRead = end + LOOK_AGAIN;
    }
    if (row === undefined) return;
    // One that has more in it than this has more room, which doesn't show.
    this.#limit = Math.max(this.#limit, row.queued);
    // While something waits, up to a quarter of the buffer may be free and not yet given back by the kernel, which
    // leaves it out of what it shows (`udp_rmem_release` in net/ipv4/udp.c).
    this.#room = row.queued === 0 ? this.#limit : this.#limit * 0.75 - row.queued;
    const calm = row.queued === 0 && !this.#others && row.drops === before?.drops;
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

  /** The socket that packets to the address reach: one bound to it comes before those bound to all addresses. */
  #find(locals: readonly (readonly string[])[]): Row | undefined {
    const found: (Row | undefined)[] = [];
    this.#others = false;
    for (const [index, table] of this.#options.tables.entries()) {
      const text = this.#read(table);
      if (text === undefined) continue;
      for (let at = text.indexOf(`:${this.#port} `); at >= 0; at = text.indexOf(`:${this.#port} `, at + 1)) {
        const line = text.slice(text.lastIndexOf('\n', at) + 1, text.indexOf('\n', at)).trim();
        const [, local, remote, , queues, , , , , inode, , , drops] = line.split(/\s+/);
        const [localAddress, localPort] = (local ?? '').split(':') as [string, string];
        const [remoteAddress, remotePort] = (remote ?? '').split(':') as [string, string];
        if (remotePort === this.#port) this.#others ||= localPort !== hexOf(this.#options.ownPort);
        const rank = locals[index]!.indexOf(localAddress);
        if (localPort !== this.#port || rank < 0 || !/^0+$/.test(remoteAddress)) continue;
        const queued = Number.parseInt(queues!.split(':')[1]!, 16);
        // Of several that share the port, the kernel chooses one for each sender: the fullest says what may happen.
        if ((found[rank]?.queued ?? -1) < queued) {
          found[rank] = { queued, drops: Number(drops), inode: inode! };
        }
      }
      if (found[0] !== undefined) break;
    }
    return found.find((row) => row !== undefined);
  }

  /** A whole table, or nothing. */
  #read(table: string): string | undefined {
    let file: number | undefined;
    try {
      file = openSync(table, 'r');
      // The kernel gives a page at a time, and walks through all its sockets for each, the empty one at the end too.
      for (let length = 0; length < MOST_BYTES; ) {
        const read = readSync(file, this.#buffer, length, MOST_BYTES - length, null);
        length += read;
        if (read < LAST_PAGE && length < MOST_BYTES) return this.#buffer.toString('latin1', 0, length);
      }
    } catch {
      // Not Linux, or not to be seen by this process.
    } finally {
      if (file !== undefined) closeSync(file);
    }
    return undefined;
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

/** For each table what its rows may have as local address, the best first. */
function localsOf(address: string): string[][] | undefined {
  const any = '0'.repeat(32);
  if (familyOf(address) === 4) {
    const bytes = address.split('.').map(Number);
    const mapped = [...new Array(10).fill(0), 255, 255, ...bytes];
    return [
      [wordsOf(bytes), '00000000'],
      [wordsOf(mapped), any],
    ];
  }
  const bytes = bytesOf(address);
  return bytes && [[], [wordsOf(bytes), any]];
}

/** Of an IPv6 address without a zone; undefined for others. */
function bytesOf(address: string): number[] | undefined {
  const [front = '', back] = address.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const zeros = back === undefined ? [] : new Array(Math.max(0, 8 - front.length - back.length)).fill('0');
  const bytes = [...front, ...zeros, ...(back ?? [])].flatMap((group) => {
    const number = Number.parseInt(group, 16);
    return [number >> 8, number & 255];
  });
  return bytes.length === 16 && /^[0-9a-f:]+$/i.test(address) ? bytes : undefined;
}

/** The tables have addresses as words of four bytes in the processor's order. */
function wordsOf(bytes: readonly number[]): string {
  const text: string[] = [];
  for (let word = 0; word < bytes.length; word += 4) {
    const four = bytes.slice(word, word + 4);
    if (endianness() === 'LE') four.reverse();
    for (const byte of four) text.push(byte.toString(16).padStart(2, '0'));
  }
  return text.join('').toUpperCase();
}

function hexOf(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}
