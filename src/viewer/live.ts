/**
 * Pushes what changed to the pages that are open, as server-sent events: whole traces to those that watch them.
 * After a span's way: a partial trace is seen growing.
 */
import type { ServerResponse } from 'node:http';
import type { TraceSummary } from './api/answers';
import type { Condition } from './api/query-language';
import { Checker } from './condition-check';
import { jsonTrace } from './jaeger-trace';
import { matchesOf } from './search';
import type { Store } from './store';
import { summarize } from './summary';

const PUSH_MILLISECONDS = 250;
/** In pushes: each second, and each quarter of a minute, so that no proxy takes the connection for dead. */
const COUNTERS_EVERY = 4;
const COMMENT_EVERY = 60;
/** In one push; beyond, a page searches again. */
const MAX_TRACES = 100;
/** Traces that one page has open. */
const MAX_WATCHED = 10;
const MAX_CLIENTS = 50;
/** A page that doesn't read is let go, lest its answers pile up. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

interface Client {
  response: ServerResponse;
  condition: Condition | undefined;
  watched: Set<string>;
}

export class Live {
  private readonly clients = new Set<Client>();
  private timer: NodeJS.Timeout | undefined;
  private ticks = 0;
  private lastState = '';

  constructor(
    private readonly store: Store,
    /** What `counters` events say. */
    private readonly state: () => Record<string, unknown>,
    private readonly hello: () => Record<string, unknown>,
  ) {}

  /** @returns false where there are too many already */
  add(response: ServerResponse, condition: Condition | undefined, watched: readonly string[]): boolean {
    if (this.clients.size >= MAX_CLIENTS) return false;
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    const client = { response, condition, watched: new Set(watched.slice(0, MAX_WATCHED)) };
    this.clients.add(client);
    response.on('close', () => {
      this.clients.delete(client);
      if (this.clients.size === 0) this.stop();
    });
    send(client, 'hello', { ...this.state(), ...this.hello() });
    for (const id of client.watched) this.sendTrace(client, this.store.find(id));
    if (this.timer === undefined) {
      this.store.changes = { rows: new Set(), evicted: [], overflow: false };
      this.timer = setInterval(() => this.push(), PUSH_MILLISECONDS);
    }
    return true;
  }

  close(): void {
    for (const { response } of this.clients) response.destroy();
    this.clients.clear();
    this.stop();
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.store.changes = undefined;
  }

  private push(): void {
    this.ticks++;
    const { changes } = this.store;
    const changed =
      changes !== undefined && (changes.rows.size > 0 || changes.evicted.length > 0 || changes.overflow);
    if (changed) {
      this.store.changes = { rows: new Set(), evicted: [], overflow: false };
      // The newest first.
      const rows = [...changes.rows].filter((row) => this.store.has(row)).reverse();
      for (const client of this.clients) this.pushTo(client, rows, changes.evicted, changes.overflow);
    }
    if (this.ticks % COUNTERS_EVERY === 0) {
      const state = this.state();
      const text = JSON.stringify(state);
      if (text !== this.lastState) for (const client of this.clients) send(client, 'counters', state);
      this.lastState = text;
    }
    if (this.ticks % COMMENT_EVERY === 0) for (const { response } of this.clients) response.write(':\n\n');
  }

  private pushTo(client: Client, rows: number[], evicted: string[], overflow: boolean): void {
    const { store } = this;
    const traces: TraceSummary[] = [];
    let dropped = overflow;
    const checker = new Checker(store, client.condition);
    for (const row of rows) {
      if (traces.length >= MAX_TRACES) {
        dropped = true;
        break;
      }
      const matches = client.condition === undefined || matchesOf(store, row, checker, 1).length > 0;
      if (matches) traces.push(summarize(store, row, checker));
    }
    if (traces.length > 0 || evicted.length > 0 || dropped)
      send(client, 'changes', { traces, evicted, dropped });
    for (const id of client.watched) {
      const trace = store.find(id);
      if (trace >= 0 && rows.includes(trace)) this.sendTrace(client, trace);
    }
  }

  private sendTrace(client: Client, trace: number): void {
    if (trace >= 0) send(client, 'trace', jsonTrace(this.store, trace));
  }
}

function send({ response }: Client, event: string, data: unknown): void {
  if (response.writableLength > MAX_WAITING_BYTES) response.destroy();
  else response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}
