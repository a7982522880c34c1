/**
 * Reads the kernel's tables of UDP sockets: how much waits at a receiver on this machine, and what was dropped there.
 * Last station of a span's way: part of `receiver-queue`.
 *
 * `/proc/net/udp` and `udp6` list the sockets of this network namespace (https://docs.kernel.org/networking/proc_net_tcp.html
 * for the columns): a sidecar's, a DaemonSet's with the host's network, a Jaeger beside the application. A receiver
 * behind a port mapping, or on another machine, is not in there, and neither has another system such a table.
 */
import { close, closeSync, open, openSync, read, readSync } from 'node:fs';
import { endianness } from 'node:os';
import { contained } from '../../diagnostics/contain';
import { familyOf } from './udp-connection';

export interface SocketTablesOptions {
  /** An address of this machine, the receiver's port there, and the port of the socket that sends. */
  readonly address: string;
  readonly port: number;
  readonly ownPort: number;
  /** Paths of the kernel's tables, for IPv4 and for IPv6. */
  readonly tables: readonly string[];
}

/** One socket of a table. */
export interface SocketRow {
  /** Bytes of memory that its waiting packets take. */
  readonly queued: number;
  /** Packets dropped since it was opened. */
  readonly drops: number;
  readonly inode: string;
}

export interface Sight {
  /** The receiver's; undefined where it isn't there, or can't be seen. */
  readonly row: SocketRow | undefined;
  /** Whether others are connected to the receiver. */
  readonly others: boolean;
  /** A table was too long to be read in whole. */
  readonly long: boolean;
}

export const TABLES = ['/proc/net/udp', '/proc/net/udp6'];
/** What is read of a table while the application waits: some 128 sockets, which take 200 µs; 400 take 700. */
const MOST_AT_ONCE = 16 * 1024;
/** What is read of one at all: some 2,000 sockets. */
const MOST = 256 * 1024;
/** A page of 4096 bytes that had room for one more line, of 128 bytes in `udp` and some 170 in `udp6`, is the last. */
const LAST_PAGE = 4096 - 256;

export class SocketTables {
  readonly #paths: readonly string[];
  readonly #port: string;
  readonly #ownPort: string;
  /** For each table what its rows may have as local address, the best first; undefined where the tables can't have it. */
  readonly #locals: readonly (readonly string[])[] | undefined;
  #buffer = Buffer.allocUnsafe(MOST_AT_ONCE);

  constructor({ address, port, ownPort, tables }: SocketTablesOptions) {
    this.#paths = tables;
    this.#port = hexOf(port);
    this.#ownPort = hexOf(ownPort);
    this.#locals = localsOf(address);
  }

  /** Whether the receiver's address can be in there. */
  get possible(): boolean {
    return this.#locals !== undefined;
  }

  /** @param whole reads long tables too, though the thread stands still meanwhile */
  look(whole = false): Sight {
    return this.#find((index) => this.#read(this.#paths[index]!, whole ? MOST : MOST_AT_ONCE));
  }

  /** The same of long tables, which are read by another thread. Calls back once, in a later tick. */
  lookAside(done: (sight: Sight) => void): void {
    const texts: string[] = [];
    const next = (): void => {
      const path = this.#paths[texts.length];
      if (path === undefined) {
        done(this.#find((index) => texts[index]));
        return;
      }
      readAside(path, (text) => {
        texts.push(text);
        next();
      });
    };
    next();
  }

  /** The socket that packets to the address reach: one bound to it comes before those bound to all addresses. */
  #find(textOf: (index: number) => string | undefined): Sight {
    const found: (SocketRow | undefined)[] = [];
    let others = false;
    let long = false;
    for (const index of this.#paths.keys()) {
      const ranks = this.#locals?.[index] ?? [];
      // The second is read only where the first doesn't have it.
      const text = textOf(index);
      long ||= text === undefined;
      if (text === undefined) continue;
      for (let at = text.indexOf(`:${this.#port} `); at >= 0; at = text.indexOf(`:${this.#port} `, at + 1)) {
        const line = text.slice(text.lastIndexOf('\n', at) + 1, text.indexOf('\n', at)).trim();
        const [, local, remote, , queues, , , , , inode, , , drops] = line.split(/\s+/);
        const [localAddress, localPort] = (local ?? '').split(':') as [string, string];
        const [remoteAddress, remotePort] = (remote ?? '').split(':') as [string, string];
        if (remotePort === this.#port) others ||= localPort !== this.#ownPort;
        const rank = ranks.indexOf(localAddress);
        if (localPort !== this.#port || rank < 0 || !/^0+$/.test(remoteAddress)) continue;
        const queued = Number.parseInt(queues!.split(':')[1]!, 16);
        // Of several that share the port, the kernel chooses one for each sender: the fullest says what may happen.
        if ((found[rank]?.queued ?? -1) < queued) {
          found[rank] = { queued, drops: Number(drops), inode: inode! };
        }
      }
      if (found[0] !== undefined) break;
    }
    return { row: found.find((row) => row !== undefined), others, long };
  }

  /** A whole table; undefined where it is longer, empty where there is none. */
  #read(path: string, most: number): string | undefined {
    if (this.#buffer.length < most) this.#buffer = Buffer.allocUnsafe(most);
    let file: number | undefined;
    try {
      file = openSync(path, 'r');
      // The kernel gives a page at a time, and walks through all its sockets for each, the empty one at the end too.
      for (let length = 0; length < most; ) {
        const got = readSync(file, this.#buffer, length, most - length, null);
        length += got;
        if (got < LAST_PAGE && length < most) return this.#buffer.toString('latin1', 0, length);
      }
      return undefined;
    } catch {
      // Not Linux, or not to be seen by this process.
      return '';
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }
}

/** A table as far as it is read at all; empty where there is none. */
function readAside(path: string, done: (text: string) => void): void {
  const opened = contained('udp', (error: Error | null, file: number) => {
    if (error !== null) {
      done('');
      return;
    }
    const buffer = Buffer.allocUnsafe(MOST);
    let length = 0;
    const closed = contained('udp', () => done(buffer.toString('latin1', 0, length)));
    const more = (): void => read(file, buffer, length, MOST - length, null, came);
    const came = contained('udp', (failure: Error | null, got: number) => {
      length += got;
      if (failure !== null || got < LAST_PAGE || length === MOST) close(file, closed);
      else more();
    });
    more();
  });
  open(path, 'r', opened);
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
