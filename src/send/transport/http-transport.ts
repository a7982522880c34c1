/**
 * Posts batches to a Jaeger collector over HTTP or HTTPS, again and again where the collector can't take them yet.
 * Last station of a span's way.
 *
 * What was given to `send` is kept until it was taken or refused for good, the oldest first; how much that may be is
 * the batcher's bound. After a failure one request at a time probes the collector. With a spool, what there is no room
 * for goes to a file, and so does everything when the process ends.
 * Long, because what a failure half-way leaves of an entry must be known wherever one can come from.
 */
import type { ClientRequest, IncomingMessage } from 'node:http';
import { gzip } from 'node:zlib';
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { contained, fault, rests } from '../../diagnostics/contain';
import { counters as agentCounters, type Counters } from '../../diagnostics/counters';
import { report } from '../../diagnostics/log';
import { CollectorVoice } from './collector-voice';
import { postAtExit } from './exit-post';
import { HttpConnection, type HttpConnectionOptions, ref, safeUrl } from './http-connection';
import {
  Backoff,
  type Clock,
  isBrokenConnection,
  isTemporary,
  parseRetryAfter,
  systemClock,
} from './retry-policy';
import { Spool, type Spooled } from './spool';
import type { Done, Transport } from './transport';

export interface HttpTransportOptions extends HttpConnectionOptions {
  /** For one request, in milliseconds. */
  readonly timeout: number;
  /** Largest body in bytes, before compression. */
  readonly maxBytes: number;
  /** Give up a batch at its first failure: another destination stands ready. */
  readonly handsBack?: boolean | undefined;
  readonly compression?: 'none' | 'gzip';
  /** A folder for what can't be sent; none without it. `maxBytes` is for the whole folder. */
  readonly spool?: { readonly directory: string; readonly maxBytes: number };
  /** What may wait in memory before it goes to the spool; less than the batcher would drop at. */
  readonly holdSpans?: number;
  readonly holdBytes?: number;
  /** The counters of whoever sends; the agent's by default. */
  readonly counters?: Counters;
  /** For tests. */
  readonly clock?: Clock;
  readonly random?: () => number;
}

interface Entry {
  readonly packet: Buffer;
  readonly spans: number;
  readonly done: Done;
  /** Entries are sent in this order. */
  readonly order: number;
  /** Connections that broke under it in a row. */
  breaks: number;
  request: ClientRequest | undefined;
  /** Released: `done` was called. */
  over: boolean;
  /** Among the `unanswered`. */
  left: boolean;
  /** To be called when it is under way. */
  taken?: (() => void) | undefined;
  /** It is in a file too; `fromFile` where that is where it came from. */
  spooled: Spooled | undefined;
  readonly fromFile: boolean;
}

/** Requests under way at a time; more only queue up in the collector. With the queue they hold 10,000 spans of one tick. */
const MOST_REQUESTS = 4;
/** With all of them unanswered for so long, one more goes out: it finds a collector that is back behind dead connections. */
const STALL = 3_000;
/** Broken connections are replaced at once so often in a row; there are no more to be left over from better times. */
const MOST_BREAKS = MOST_REQUESTS + 1;
/** How long after all files were sent the folder is looked into again, in milliseconds. */
const LOOK_AGAIN = 60_000;

export class HttpTransport implements Transport {
  readonly protocol = 'binary';
  readonly envelope = 'bare';
  readonly maxBytes: number;
  readonly #options: HttpTransportOptions;
  readonly #connection: HttpConnection;
  readonly #voice: CollectorVoice;
  readonly #counters: Counters;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #spool: Spool | undefined;
  readonly #active = new Set<Entry>();
  readonly #waiting: Entry[] = [];
  #order = 0;
  #heldSpans = 0;
  /** Memory, as the batcher counts it: buffers may be larger than what is in them. */
  #heldBytes = 0;
  #compresses: boolean;
  /** Cancels the pause after a failure; undefined where there is none. */
  #pause: (() => void) | undefined;
  /** Until then the collector has asked to be left alone. */
  #notBefore = 0;
  #cancelStall: (() => void) | undefined;
  #stalls = 0;
  #held = false;
  #closed = false;
  #worked = false;
  #lookAt = 0;

  constructor(options: HttpTransportOptions) {
    this.#options = options;
    this.maxBytes = options.maxBytes;
    this.#connection = new HttpConnection(options);
    this.#voice = new CollectorVoice(options.url);
    this.#counters = options.counters ?? agentCounters;
    this.#clock = options.clock ?? systemClock;
    this.#backoff = new Backoff(options.random);
    this.#compresses = options.compression === 'gzip';
    if (options.spool !== undefined) this.#spool = new Spool({ ...options.spool, counters: this.#counters });
  }

  prepare(): void {}

  send(packet: Buffer, spans: number, done: Done, taken?: () => void): void {
    if (this.#closed) {
      done('shutdown');
      return;
    }
    if (rests('http')) {
      done('fault');
      return;
    }
    this.#heldSpans += spans;
    this.#heldBytes += packet.buffer.byteLength;
    const order = this.#order++;
    this.#waiting.push({ ...entryOf(packet, spans, done, order), taken });
    try {
      this.#next();
      this.#spill();
    } catch (error) {
      // It waits, for the next one to take it along.
      fault('http', error);
    }
  }

  hold(alive: boolean): void {
    const flushes = alive && !this.#held;
    this.#held = alive;
    for (const { request } of this.#active) if (request !== undefined) ref(request, alive);
    // Someone waits for the spans, maybe the end of the process: the pause may be longer than that.
    if (!flushes || this.#pause === undefined) return;
    try {
      if (this.#clock.now() >= this.#notBefore) this.#resume();
    } catch (error) {
      fault('http', error);
    }
  }

  /**
   * With a spool, copies of what is unfinished go to its file; should the process live on, and they are sent after all,
   * they are marked there. Without one, where the collector answered so far, another thread posts it, and what is left
   * then is counted as lost. Requests that the kernel has taken whole are left to it, as long as the collector answers:
   * sending them again would most likely be for the second time.
   */
  drainNow(limit = 0): void {
    const answers = this.#backoff.failures === 0;
    const unfinished: Entry[] = [];
    for (const entry of [...this.#active, ...this.#waiting]) {
      if (entry.request?.writableFinished === true && answers) this.#leave(entry);
      else unfinished.push(entry);
    }
    for (const entry of unfinished) entry.spooled ??= this.#spool?.append(entry.packet, entry.spans, true);
    const rest = unfinished.filter(({ spooled }) => spooled === undefined);
    if (rest.length === 0) return;
    const bodies = rest.map(({ packet }) => packet);
    const taken = postAtExit({ ...this.#connection.request, bodies, limit: answers ? limit : 0 });
    let lost = 0;
    for (const [index, entry] of rest.entries()) {
      if (!taken[index]) lost += entry.spans;
      const at = this.#waiting.indexOf(entry);
      if (at >= 0) this.#waiting.splice(at, 1);
      const { request } = entry;
      this.#release(entry, taken[index] ? undefined : 'shutdown');
      request?.destroy();
    }
    // Of a collector that fails it was said.
    if (answers && lost > 0) report('TA_LOST_AT_EXIT', { url: safeUrl(this.#options.url), spans: lost });
  }

  /** Its answer may never be heard. */
  #leave(entry: Entry): void {
    if (entry.left || entry.fromFile) return;
    entry.left = true;
    this.#counters.unanswered += entry.spans;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#pause?.();
    this.#cancelStall?.();
    const requests = [...this.#active].map(({ request }) => request);
    for (const entry of [...this.#active, ...this.#waiting.splice(0)]) {
      const saved = entry.fromFile || (entry.spooled ?? this.#append(entry)) !== undefined;
      this.#release(entry, saved ? undefined : 'shutdown');
    }
    for (const request of requests) request?.destroy();
    this.#connection.close();
    this.#spool?.close();
  }

  #append({ packet, spans }: Entry): Spooled | undefined {
    return this.#spool?.append(packet, spans, false);
  }

  #next(): void {
    // While it fails, one request at a time.
    const most = this.#backoff.failures > 0 ? 1 : MOST_REQUESTS;
    while (!this.#closed && this.#pause === undefined && this.#active.size < most + this.#stalls) {
      const entry = this.#waiting.shift() ?? this.#fromSpool();
      if (entry === undefined) break;
      this.#active.add(entry);
      entry.taken?.();
      entry.taken = undefined;
      // The agent never traces itself.
      try {
        context.with(suppressTracing(context.active()), () => this.#start(entry));
      } catch (error) {
        this.#giveUp(entry, error);
      }
    }
    this.#watchStall();
  }

  #watchStall(): void {
    if (this.#waiting.length === 0 || this.#pause !== undefined || this.#cancelStall !== undefined) return;
    this.#cancelStall = this.#clock.after(
      STALL,
      contained('http', () => {
        this.#cancelStall = undefined;
        this.#stalls++;
        this.#next();
      }),
    );
  }

  #start(entry: Entry): void {
    if (!this.#compresses) {
      this.#post(entry, entry.packet, false);
      return;
    }
    gzip(
      entry.packet,
      contained('http', (error: Error | null, body: Buffer) => {
        if (!this.#active.has(entry)) return;
        try {
          context.with(suppressTracing(context.active()), () =>
            this.#post(entry, error === null ? body : entry.packet, error === null),
          );
        } catch (failure) {
          this.#giveUp(entry, failure);
        }
      }),
    );
  }

  #post(entry: Entry, body: Buffer, zipped: boolean): void {
    let over = false;
    let stopClock: (() => void) | undefined;
    const settle = (work: () => void): void => {
      if (over) return;
      over = true;
      entry.request = undefined;
      // Not among them any more: `drainNow` has found another way for it.
      if (!this.#active.delete(entry) || this.#closed) return;
      try {
        this.#stalls = 0;
        const cancel = this.#cancelStall;
        this.#cancelStall = undefined;
        cancel?.();
        work();
      } catch (error) {
        this.#giveUp(entry, error);
      }
      this.#next();
    };
    const fail = (error: NodeJS.ErrnoException): void => settle(() => this.#failed(entry, request, error));
    let request: ClientRequest | undefined;
    try {
      request = this.#connection.post(
        body.length,
        zipped,
        contained('http', (response: IncomingMessage) => {
          // A body that is not read would keep the connection from being used again.
          response.on('error', () => {});
          response.resume();
          settle(() => this.#answered(entry, response, zipped));
        }),
      );
      entry.request = request;
      // First of all: an error that nobody listens for would end the process.
      request.on('error', contained('http', fail));
      stopClock = this.#clock.after(
        this.#options.timeout,
        contained('http', () => request!.destroy(new Error(`no answer in ${this.#options.timeout} ms`))),
      );
      request.on(
        'close',
        contained('http', () => {
          fail(new Error('the connection closed'));
          stopClock?.();
        }),
      );
      ref(request, this.#held);
      request.end(body);
    } catch (error) {
      // No request can be made of these settings: no later one either.
      request?.destroy();
      settle(() => this.#refused(entry, error instanceof Error ? error.message : String(error)));
      stopClock?.();
    }
  }

  #answered(entry: Entry, response: IncomingMessage, zipped: boolean): void {
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) {
      this.#backoff.reset();
      this.#worked = true;
      if (entry.fromFile) this.#counters.unspooled += entry.spans;
      this.#release(entry);
    } else if (zipped && (status === 400 || status === 415)) {
      // Collectors of Jaeger v1 read the compressed bytes as Thrift. Asked once, for good.
      if (this.#compresses) report('TA_COLLECTOR_PLAIN', { url: safeUrl(this.#options.url), status });
      this.#compresses = false;
      this.#putBack(entry);
    } else if (isTemporary(status)) {
      const now = this.#clock.now();
      const asked = parseRetryAfter(response.headers['retry-after'], now);
      this.#notBefore = now + asked;
      this.#later(entry, `it answered ${status}`, asked);
    } else {
      this.#backoff.reset();
      this.#refused(entry, `it answered ${status}`);
    }
  }

  #failed(entry: Entry, request: ClientRequest | undefined, error: NodeJS.ErrnoException): void {
    if (request?.reusedSocket === true && isBrokenConnection(error.code) && entry.breaks < MOST_BREAKS) {
      entry.breaks++;
      this.#counters.retried++;
      this.#putBack(entry);
      return;
    }
    if (this.#active.size === 0) this.#connection.renew();
    this.#later(entry, error.code ?? error.message, 0);
  }

  /** Tried again after a pause, in which nothing is sent. */
  #later(entry: Entry, error: string, retryAfter: number): void {
    entry.breaks = 0;
    if (this.#options.handsBack === true && !entry.fromFile) {
      this.#refused(entry, error);
      return;
    }
    this.#counters.retried++;
    this.#voice.failed(entry.spans, `${error}; they wait and are sent again`, this.#clock.now());
    this.#putBack(entry);
    const wait = this.#backoff.next(retryAfter);
    const cancel = this.#pause;
    this.#pause = undefined;
    cancel?.();
    this.#pause = this.#clock.after(
      wait,
      contained('http', () => this.#resume()),
    );
    this.#spill();
  }

  #resume(): void {
    const cancel = this.#pause;
    this.#pause = undefined;
    cancel?.();
    this.#next();
  }

  #refused(entry: Entry, error: string): void {
    this.#voice.failed(entry.spans, error, this.#clock.now());
    // What is in files stays there, until the collector takes something again.
    this.#worked = false;
    if (entry.fromFile) this.#counters.droppedRejected += entry.spans;
    this.#release(entry, 'rejected');
  }

  /** A failure of ours has left it half-way: it is counted, and no trace of it stays. */
  #giveUp(entry: Entry, error: unknown): void {
    fault('http', error);
    const at = this.#waiting.indexOf(entry);
    if (at >= 0) this.#waiting.splice(at, 1);
    const { request } = entry;
    entry.request = undefined;
    if (entry.fromFile && !entry.over) this.#counters.droppedByFault += entry.spans;
    this.#release(entry, 'fault');
    request?.destroy();
  }

  #putBack(entry: Entry): void {
    let at = this.#waiting.length;
    while (at > 0 && this.#waiting[at - 1]!.order > entry.order) at--;
    this.#waiting.splice(at, 0, entry);
  }

  /** Done with it: taken, refused for good, or (from `close` and `#spill`) safe in a file. */
  #release(entry: Entry, lost?: Parameters<Done>[0]): void {
    this.#active.delete(entry);
    if (entry.over) return;
    entry.over = true;
    if (entry.left) this.#counters.unanswered -= entry.spans;
    if (!this.#closed) entry.spooled?.settle();
    if (!entry.fromFile) {
      this.#heldSpans -= entry.spans;
      this.#heldBytes -= entry.packet.buffer.byteLength;
    }
    entry.done(lost);
  }

  /** What there is no room for goes to the spool, the oldest first. */
  #spill(): void {
    if (this.#spool === undefined) return;
    const { holdSpans = Number.POSITIVE_INFINITY, holdBytes = Number.POSITIVE_INFINITY } = this.#options;
    while (this.#heldSpans > holdSpans || this.#heldBytes > holdBytes) {
      const index = this.#waiting.findIndex(({ fromFile, spooled }) => !fromFile && spooled === undefined);
      const entry = this.#waiting[index];
      if (entry === undefined || this.#append(entry) === undefined) return;
      this.#waiting.splice(index, 1);
      this.#lookAt = 0;
      this.#release(entry);
    }
  }

  /** One packet of the spool at a time, once the collector has taken something and nothing newer waits. */
  #fromSpool(): Entry | undefined {
    if (this.#spool === undefined || !this.#worked || this.#backoff.failures > 0) return undefined;
    if (this.#clock.now() < this.#lookAt) return undefined;
    for (const entry of this.#active) if (entry.fromFile) return undefined;
    const spooled = this.#spool.next();
    if (spooled === undefined) {
      this.#lookAt = this.#clock.now() + LOOK_AGAIN;
      return undefined;
    }
    const { packet, spans } = spooled;
    return entryOf(packet, spans, () => {}, -1, spooled);
  }
}

/** @param spooled where it comes from a file */
function entryOf(packet: Buffer, spans: number, done: Done, order: number, spooled?: Spooled): Entry {
  const fromFile = spooled !== undefined;
  return {
    packet,
    spans,
    done,
    order,
    spooled,
    fromFile,
    breaks: 0,
    over: false,
    left: false,
    request: undefined,
  };
}
