/**
 * Packets that could not be sent, in files that outlive the process.
 * Last station of a span's way: the HTTP transport writes what it has no room for, and sends it when it can again.
 *
 * A process appends to files of its own. It reads those, and the ones of processes that ended, after it has renamed
 * them: of several that try, one succeeds. A record that was sent is marked in place, so that a file whose reader ended
 * half-way is gone on with. Everything here is synchronous, for it must work while the process exits; files are small
 * for that reason.
 */
import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Counters } from '../../diagnostics/counters';
import { report } from '../../diagnostics/log';
import { isLeftBehind, NOBODY, parseSpoolName, type SpoolOwner, spoolName, thisProcess } from './spool-owner';
import { encodeHeader, HEADER_BYTES, readRecords, SETTLED, type SpoolRecord } from './spool-record';

export interface SpoolOptions {
  /** Made if it isn't there. */
  readonly directory: string;
  /** For all files in the folder, of all processes; the oldest file goes first. */
  readonly maxBytes: number;
  readonly counters: Counters;
  /** For tests. */
  readonly owner?: SpoolOwner;
}

/** A packet that is in a file as well as in memory, or only there. */
export interface Spooled {
  readonly packet: Buffer;
  readonly spans: number;
  /** It needs no sending any more. */
  settle(): void;
  /** It is in the file only, from now on: `next` may give it. */
  leave(): void;
}

interface Segment {
  readonly path: string;
  readonly descriptor: number;
  size: number;
  /** Records that wait to be sent, and those of them that are in memory too. */
  waiting: number;
  inMemory: number;
}

interface Reading {
  readonly path: string;
  readonly descriptor: number;
  readonly records: SpoolRecord[];
}

interface Found {
  readonly path: string;
  readonly created: number;
  readonly owner: SpoolOwner;
  readonly bytes: number;
  readonly silence: number;
}

/** A file that has grown beyond this is not appended to: it is read and checked in one go, within 5 ms. */
const SEGMENT_BYTES = 1024 * 1024;

export class Spool {
  readonly #options: SpoolOptions;
  readonly #owner: SpoolOwner;
  /** Files written by this spool and not being read, oldest first; the last is appended to. */
  readonly #segments: Segment[] = [];
  /** Files that could not be read; they are left alone. */
  readonly #unreadable = new Set<string>();
  #reading: Reading | undefined;
  #created = 0;

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#owner = options.owner ?? thisProcess();
  }

  /**
   * Writes a packet. Never throws.
   * @param inMemory whether the caller may yet send it from memory, and settles it then
   * @returns undefined where it could not be written
   */
  append(packet: Buffer, spans: number, inMemory: boolean): Spooled | undefined {
    const { counters, directory, maxBytes } = this.#options;
    try {
      const bytes = HEADER_BYTES + packet.length;
      makeFolder(directory);
      if (!this.#makeRoom(bytes)) {
        report(
          'TA_SPOOL_FAILED',
          { directory, error: `a packet of ${bytes} bytes, ${maxBytes} allowed` },
          directory,
        );
        return undefined;
      }
      const segment = this.#open();
      const at = segment.size;
      try {
        const header = encodeHeader(packet, spans);
        // One call, so that the disk is full either before or after it.
        if (fs.writevSync(segment.descriptor, [header, packet], at) < bytes)
          throw new Error('the disk is full');
      } catch (error) {
        fs.ftruncateSync(segment.descriptor, at);
        throw error;
      }
      segment.size += bytes;
      segment.waiting++;
      if (inMemory) segment.inMemory++;
      counters.spooled += spans;
      return {
        packet,
        spans,
        settle: once(() => this.#settleAppended(segment, at, spans)),
        leave: once(() => {
          if (inMemory) segment.inMemory--;
        }),
      };
    } catch (error) {
      this.#say(error);
      return undefined;
    }
  }

  /** The oldest packet that is in a file only, this spool's or one left behind. Never throws. */
  next(): Spooled | undefined {
    try {
      for (;;) {
        const reading = this.#reading ?? this.#openOldest();
        if (reading === undefined) return undefined;
        const record = reading.records.shift();
        if (record !== undefined) return this.#taken(reading, record);
        this.#reading = undefined;
        fs.closeSync(reading.descriptor);
        fs.rmSync(reading.path, { force: true });
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#say(error);
      return undefined;
    }
  }

  /** Leaves the files to whoever comes next, be it in this process. */
  close(): void {
    const left = [...this.#segments.splice(0), ...(this.#reading === undefined ? [] : [this.#reading])];
    this.#reading = undefined;
    for (const { path, descriptor } of left) {
      try {
        fs.closeSync(descriptor);
        this.#rename(path, NOBODY);
      } catch {
        // Another process has removed it to make room.
      }
    }
  }

  #say(error: unknown): void {
    const { directory } = this.#options;
    report('TA_SPOOL_FAILED', { directory, error }, directory);
  }

  #open(): Segment {
    const last = this.#segments.at(-1);
    // Someone who takes this process for dead, or needs room, may have taken the file away.
    if (
      last !== undefined &&
      last.size < Math.min(SEGMENT_BYTES, this.#options.maxBytes / 8) &&
      fs.existsSync(last.path)
    )
      return last;
    // Files of one millisecond keep their order too.
    this.#created = Math.max(Date.now(), this.#created + 1);
    const path = join(this.#options.directory, spoolName(this.#created, this.#owner));
    // `wx` follows no link and takes no file that somebody has put there.
    const descriptor = fs.openSync(path, 'wx+', 0o600);
    const segment = { path, descriptor, size: 0, waiting: 0, inMemory: 0 };
    this.#segments.push(segment);
    return segment;
  }

  #settleAppended(segment: Segment, at: number, spans: number): void {
    this.#options.counters.spooled -= spans;
    segment.inMemory--;
    segment.waiting--;
    if (!this.#segments.includes(segment)) return;
    if (segment.waiting === 0) this.#discard(segment);
    else mark(segment.descriptor, at);
  }

  #discard(segment: Segment): void {
    this.#forget(segment);
    fs.rmSync(segment.path, { force: true });
  }

  #forget(segment: Segment): void {
    const index = this.#segments.indexOf(segment);
    if (index === -1) return;
    this.#segments.splice(index, 1);
    fs.closeSync(segment.descriptor);
  }

  #taken(reading: Reading, { start, spans, packet }: SpoolRecord): Spooled {
    return {
      packet,
      spans,
      settle: once(() => {
        if (this.#reading === reading) mark(reading.descriptor, start);
      }),
      leave() {},
    };
  }

  #openOldest(): Reading | undefined {
    for (const file of this.#list()) {
      const segment = this.#segments.find((each) => each.path === file.path);
      if (segment === undefined) {
        if (this.#unreadable.has(file.path) || !isLeftBehind(file.owner, this.#owner, file.silence)) continue;
      } else {
        if (segment.inMemory > 0) continue;
        this.#forget(segment);
      }
      const reading = this.#take(file);
      if (reading !== undefined) return reading;
    }
    return undefined;
  }

  #take(file: Found): Reading | undefined {
    let path = file.path;
    try {
      path = this.#rename(path, this.#owner);
      const descriptor = fs.openSync(path, 'r+');
      const { records, torn } = readRecords(fs.readFileSync(descriptor));
      if (torn > 0) {
        this.#options.counters.spoolCorrupt += torn;
        report('TA_SPOOL_CORRUPT', { count: torn, file: file.path });
      }
      this.#reading = { path, descriptor, records: records.filter(({ settled }) => !settled) };
      return this.#reading;
    } catch (error) {
      // ENOENT: another process was faster.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        this.#unreadable.add(path);
        this.#say(error);
      }
      return undefined;
    }
  }

  /** Renaming is what decides between processes: the second to try finds no file. */
  #rename(path: string, owner: SpoolOwner): string {
    const { directory } = this.#options;
    const created = parseSpoolName(basename(path))?.created ?? Date.now();
    const to = join(directory, spoolName(created, owner));
    fs.renameSync(path, to);
    return to;
  }

  /** Removes the oldest files until there is room; false where there can't be. */
  #makeRoom(bytes: number): boolean {
    const { counters, maxBytes } = this.#options;
    if (bytes > maxBytes) return false;
    const files = this.#list();
    let total = files.reduce((sum, file) => sum + file.bytes, 0);
    for (const file of files) {
      if (total + bytes <= maxBytes) break;
      if (file.path === this.#reading?.path) continue;
      const { records } = readRecords(fs.readFileSync(file.path));
      const segment = this.#segments.find((each) => each.path === file.path);
      if (segment !== undefined) this.#forget(segment);
      fs.rmSync(file.path, { force: true });
      total -= file.bytes;
      for (const { settled, spans } of records) if (!settled) counters.droppedSpoolFull += spans;
      report('TA_SPOOL_FULL', { limit: maxBytes, count: counters.droppedSpoolFull });
    }
    return total + bytes <= maxBytes;
  }

  /** The spool's files in the folder, oldest first; other users' are not ours to send. */
  #list(): Found[] {
    const { directory } = this.#options;
    const user = process.getuid?.();
    const found: Found[] = [];
    for (const name of fs.readdirSync(directory).sort()) {
      const parsed = parseSpoolName(name);
      if (parsed === undefined) continue;
      const path = join(directory, name);
      const stat = fs.lstatSync(path, { throwIfNoEntry: false });
      if (stat === undefined || !stat.isFile() || (user !== undefined && stat.uid !== user)) continue;
      const { created, ...owner } = parsed;
      found.push({ path, created, owner, bytes: stat.size, silence: Date.now() - stat.mtimeMs });
    }
    return found;
  }
}

/** Node's own `recursive` never returns where the system answers ENOENT below a folder that is there, as in /proc. */
function makeFolder(path: string): void {
  try {
    fs.mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path) throw error;
    makeFolder(parent);
    try {
      fs.mkdirSync(path, { mode: 0o700 });
    } catch (again) {
      // Another process has made it meanwhile.
      if ((again as NodeJS.ErrnoException).code !== 'EEXIST') throw again;
    }
  }
}

function mark(descriptor: number, at: number): void {
  fs.writeSync(descriptor, Buffer.of(SETTLED), 0, 1, at);
}

function once(work: () => void): () => void {
  let over = false;
  return () => {
    if (over) return;
    over = true;
    try {
      work();
    } catch {
      // The disk is full or gone: the record may be sent again, which is better than not at all.
    }
  };
}
