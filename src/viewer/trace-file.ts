/**
 * Keeps what arrives in a SQLite file, so that traces outlive the viewer: packets as they came, in their order.
 * After a span's way. docs/decisions/008-viewer-store.md says why SQLite, and why packets.
 */
import type { Counters } from './api/answers';
import type { Store } from './store';

/** What both drivers have. */
interface Database {
  exec(sql: string): unknown;
  prepare(sql: string): {
    run(...values: unknown[]): unknown;
    all(...values: unknown[]): unknown[];
    iterate(...values: unknown[]): Iterable<unknown>;
  };
  close(): void;
}

/** What waits is written this often, in one transaction. */
const WRITE_MILLISECONDS = 250;

export class TraceFile {
  private waiting: { bytes: Uint8Array; isMessage: boolean; segment: number }[] = [];
  private cut: { trace: string; until: number }[] = [];
  /** The last packet's id in each segment of the store. */
  private readonly lastIds = new Map<number, number>();
  private readonly timer: NodeJS.Timeout;
  private deleteUpTo = 0;
  private lastId = 0;
  /** better-sqlite3 writes nothing while it reads. */
  private loading = false;

  /** @throws where the file can't be opened, or no SQLite is at hand */
  constructor(
    private readonly path: string,
    private readonly counters: Counters,
    private readonly database: Database = openDatabase(path),
  ) {
    database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;' +
        'CREATE TABLE IF NOT EXISTS packets (id INTEGER PRIMARY KEY, message INTEGER NOT NULL, bytes BLOB NOT NULL);' +
        'CREATE TABLE IF NOT EXISTS left_traces (trace TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;',
    );
    this.timer = setInterval(() => this.write(), WRITE_MILLISECONDS);
    this.timer.unref();
  }

  /** Puts what the file holds into the store; @returns the number of packets */
  load(store: Store): number {
    // Traces that were evicted, though packets with spans of theirs are still there.
    const left = new Map<string, number>();
    for (const row of this.database.prepare('SELECT trace, until FROM left_traces').all()) {
      const { trace, until } = row as { trace: string; until: number };
      left.set(trace, until);
    }
    let packets = 0;
    this.loading = true;
    for (const row of this.database.prepare('SELECT id, message, bytes FROM packets ORDER BY id').iterate()) {
      const { id, message, bytes } = row as { id: number; message: number; bytes: Uint8Array };
      this.lastId = id;
      try {
        store.take(bytes, message === 1, (trace) => (left.get(trace) ?? -1) >= id);
        this.lastIds.set(store.currentNumber, id);
        packets++;
      } catch {
        this.counters.malformed++;
      }
    }
    this.loading = false;
    this.write();
    return packets;
  }

  /** @param segment the store's, which holds it */
  add(bytes: Uint8Array, isMessage: boolean, segment: number): void {
    // A packet's buffer belongs to the socket, a body's to us.
    this.waiting.push({ bytes: isMessage ? Uint8Array.from(bytes) : bytes, isMessage, segment });
  }

  /** Segments before this one have left the store, and with them spans of these traces in later ones. */
  evicted(firstSegment: number, traces: readonly string[]): void {
    // What has not been written is given its id first.
    if (!this.loading) this.write();
    for (const [segment, id] of this.lastIds) {
      if (segment >= firstSegment) continue;
      this.lastIds.delete(segment);
      this.deleteUpTo = Math.max(this.deleteUpTo, id);
    }
    for (const trace of traces) this.cut.push({ trace, until: this.lastId });
  }

  write(): void {
    if (this.waiting.length === 0 && this.deleteUpTo === 0 && this.cut.length === 0) return;
    const { waiting, cut, deleteUpTo, database } = this;
    this.waiting = [];
    this.cut = [];
    this.deleteUpTo = 0;
    try {
      database.exec('BEGIN');
      const insert = database.prepare('INSERT INTO packets (id, message, bytes) VALUES (?, ?, ?)');
      for (const { bytes, isMessage, segment } of waiting) {
        insert.run(++this.lastId, isMessage ? 1 : 0, bytes);
        this.lastIds.set(segment, this.lastId);
      }
      const leave = database.prepare('INSERT OR REPLACE INTO left_traces (trace, until) VALUES (?, ?)');
      for (const { trace, until } of cut) leave.run(trace, until);
      if (deleteUpTo > 0) {
        database.prepare('DELETE FROM packets WHERE id <= ?').run(deleteUpTo);
        database.prepare('DELETE FROM left_traces WHERE until <= ?').run(deleteUpTo);
      }
      database.exec('COMMIT');
    } catch {
      // A full disk must not stop the viewer; the number shows it.
      this.counters.fileErrors++;
      try {
        database.exec('ROLLBACK');
      } catch {
        // It had not begun.
      }
    }
  }

  close(): void {
    clearInterval(this.timer);
    this.write();
    this.database.close();
  }

  toString(): string {
    return this.path;
  }
}

/** Node's own from 22.5 on, else better-sqlite3 of the application or installed globally. */
function openDatabase(path: string): Database {
  const builtin = process.getBuiltinModule?.('node:sqlite');
  // The types are those of Node 20, which has none of it.
  if (builtin !== undefined)
    return new (builtin as unknown as { DatabaseSync: new (path: string) => Database }).DatabaseSync(path);
  const { createRequire } = process.getBuiltinModule?.('node:module') ?? require('node:module');
  const found = [process.cwd(), __dirname].map((folder) => {
    try {
      return createRequire(`${folder}/`)('better-sqlite3');
    } catch {
      return undefined;
    }
  });
  const Driver = found.find((each) => each !== undefined);
  const kept = `traces can't be kept in ${path}`;
  if (Driver === undefined) {
    throw new Error(
      `${kept}: this Node (${process.version}) has no node:sqlite, which Node 22.5 brings; use that, or npm install better-sqlite3`,
    );
  }
  try {
    return new Driver(path) as Database;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_DLOPEN_FAILED') throw new Error(`${kept}: ${message}`);
    throw new Error(
      `${kept}: better-sqlite3 was built for another Node than this one (${process.version}); npm rebuild better-sqlite3`,
    );
  }
}
