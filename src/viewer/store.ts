/**
 * All spans that the viewer holds, in segments of those that came one after another, and what belongs to which trace.
 * After a span's way: everything the page shows comes from here. Bounded by bytes: the oldest traces leave first, whole.
 */

import type { Counters } from './api/answers';
import { type ScannedBatch, scanBatch } from './batch-scanner';
import { hashOf, IdTable, resized, wordsOf } from './id-table';
import { GONE, type Origin, ROOT, Segment } from './segment';
import { ERROR } from './tag-dictionary';

/** A span's number is its segment's number times this plus its row; more rows no segment can have. */
const SPANS_PER_SEGMENT = 2 ** 24;
/** A segment is closed when it holds so much. Small ones for a small store: what is evicted at once is a segment. */
const SEGMENT_SPANS = 32_768;
const SEGMENT_BYTES = 16 * 1024 * 1024;
const PARTS_OF_STORE = 16;
/** What a span needs at least, its bytes and its row in the columns. */
const SPAN_BYTES = 400;
/** Of a trace's row in the columns below. */
const TRACE_BYTES = 6 * 8 + 2 * 4;
const MAX_ORIGINS = 65_535;
/** A clock that is ahead by more than this is worth a word. */
export const FUTURE_MICROSECONDS = 60_000_000;
/** Traces that changed, until somebody asks; beyond, only that there were more. */
const MAX_CHANGED = 10_000;

interface Changes {
  /** Rows of traces. */
  rows: Set<number>;
  /** Ids of traces that left. */
  evicted: string[];
  overflow: boolean;
}

export class Store {
  segments: Segment[] = [];
  readonly ids = new IdTable();
  spans = 0;
  /** By a trace's row. */
  head = new Float64Array(256);
  tail = new Float64Array(256);
  count = new Uint32Array(256);
  errors = new Uint32Array(256);
  firstStart = new Float64Array(256);
  lastEnd = new Float64Array(256);
  /** The first root that came; -1 for none yet. */
  root = new Float64Array(256);
  version = new Float64Array(256);
  /** Set while somebody wants to know. */
  changes: Changes | undefined;
  private clock = 0;
  private sealedBytes = 0;
  private nextNumber = 0;
  private origins = new Map<string, Origin>();
  /** Spans of the open segment by trace and span id: rows + 1, to see duplicates. */
  private seen = new Int32Array(1024);
  private readonly segmentSpans: number;
  private readonly segmentBytes: number;

  constructor(
    private readonly counters: Counters,
    readonly maxBytes: number,
    /** Called with the number of the first segment that is left, once some were dropped. */
    private readonly onEvicted: (firstSegment: number, cut: readonly string[]) => void = () => {},
  ) {
    this.segmentBytes = Math.min(SEGMENT_BYTES, maxBytes / PARTS_OF_STORE);
    this.segmentSpans = Math.min(
      SEGMENT_SPANS,
      Math.max(64, Math.floor(maxBytes / PARTS_OF_STORE / SPAN_BYTES)),
    );
    this.open();
  }

  get bytes(): number {
    return this.sealedBytes + this.current.bytes + this.ids.bytes + this.head.length * TRACE_BYTES;
  }

  get traces(): number {
    return this.ids.size;
  }

  /** The number of the segment that takes the next batch. */
  get currentNumber(): number {
    return this.current.number;
  }

  private get current(): Segment {
    return this.segments[this.segments.length - 1]!;
  }

  /**
   * Takes in a packet (`emitBatch`) or a body (a batch).
   * @param skip says of a trace's id whether its spans are left out
   * @throws ThriftError for what is no batch; nothing of it is kept
   */
  take(bytes: Uint8Array, isMessage: boolean, skip?: (id: string) => boolean): ScannedBatch {
    const { current } = this;
    if (
      current.count > 0 &&
      (current.count >= this.segmentSpans ||
        current.used + bytes.length > this.segmentBytes ||
        current.origins.length >= MAX_ORIGINS)
    )
      this.open();
    const segment = this.current;
    const batch = scanBatch(segment, bytes, isMessage);
    const origin = this.originOf(segment, batch);
    const version = ++this.clock;
    const future = Date.now() * 1000 + FUTURE_MICROSECONDS;
    for (let row = batch.from; row < batch.to; row++) {
      segment.origin[row] = origin;
      this.link(segment, row, version, future);
    }
    if (skip !== undefined) this.leaveOut(segment, batch, skip);
    this.counters.spansReceived += batch.to - batch.from;
    this.counters.batchesReceived++;
    this.counters.bytesReceived += bytes.length;
    if (this.bytes > this.maxBytes) this.evict();
    return batch;
  }

  segmentOf(span: number): Segment {
    return this.segments[Math.floor(span / SPANS_PER_SEGMENT) - this.segments[0]!.number]!;
  }

  rowOf(span: number): number {
    return span % SPANS_PER_SEGMENT;
  }

  numberOf(segment: Segment, row: number): number {
    return segment.number * SPANS_PER_SEGMENT + row;
  }

  /** The row of a trace's id, or -1. */
  find(id: string): number {
    const words = wordsOf(id);
    return words === undefined ? -1 : this.ids.find(...words);
  }

  /** Whether a row is a trace at present. */
  has(trace: number): boolean {
    return trace < this.count.length && this.count[trace]! > 0;
  }

  /** Calls back for each span of a trace, in the order in which they came. */
  each(trace: number, visit: (segment: Segment, row: number) => void): void {
    for (let span = this.head[trace]!; span >= 0; ) {
      const segment = this.segmentOf(span);
      const row = this.rowOf(span);
      visit(segment, row);
      span = segment.next[row]!;
    }
  }

  /** Forgets everything; @returns how many traces there were */
  clear(): number {
    const { traces } = this;
    for (const segment of this.segments)
      for (let row = 0; row < segment.count; row++) this.remove(segment, row);
    this.segments = [];
    this.sealedBytes = 0;
    this.open();
    this.onEvicted(this.current.number, []);
    return traces;
  }

  private open(): void {
    const last = this.segments.at(-1);
    if (last !== undefined) {
      last.seal();
      this.sealedBytes += last.bytes;
    }
    this.segments.push(new Segment(this.nextNumber++));
    this.seen.fill(0);
  }

  private originOf(segment: Segment, batch: ScannedBatch): number {
    let origin = this.origins.get(batch.processKey);
    if (origin === undefined) {
      const tags = new Map(batch.process.tags.map(({ key, value }) => [key, String(value)]));
      origin = { process: batch.process, tags };
      this.origins.set(batch.processKey, origin);
    }
    const known = segment.origins.lastIndexOf(origin);
    return known >= 0 ? known : segment.origins.push(origin) - 1;
  }

  private link(segment: Segment, row: number, version: number, future: number): void {
    const at = 4 * row;
    const { traceId } = segment;
    const trace = this.ids.add(traceId[at]!, traceId[at + 1]!, traceId[at + 2]!, traceId[at + 3]!);
    if (trace >= this.head.length) this.grow(2 * this.head.length);
    const number = this.numberOf(segment, row);
    const start = segment.start[row]!;
    const end = start + segment.duration[row]!;
    if (this.count[trace] === 0) {
      this.head[trace] = number;
      this.root[trace] = -1;
      this.errors[trace] = 0;
      this.firstStart[trace] = start;
      this.lastEnd[trace] = end;
    } else {
      const tail = this.tail[trace]!;
      this.segmentOf(tail).next[this.rowOf(tail)] = number;
      if (start < this.firstStart[trace]!) this.firstStart[trace] = start;
      if (end > this.lastEnd[trace]!) this.lastEnd[trace] = end;
    }
    this.tail[trace] = number;
    this.count[trace]!++;
    this.version[trace] = version;
    const flags = segment.flags[row]!;
    if ((flags & ERROR) !== 0) this.errors[trace]!++;
    if ((flags & ROOT) !== 0 && this.root[trace]! < 0) this.root[trace] = number;
    segment.trace[row] = trace;
    segment.next[row] = -1;
    segment.live++;
    if (start < segment.firstStart) segment.firstStart = start;
    if (start > segment.lastStart) segment.lastStart = start;
    if (start > future) this.counters.futureSpans++;
    this.spans++;
    this.noteDuplicate(segment, row, trace);
    this.noteChange(trace);
  }

  private noteDuplicate(segment: Segment, row: number, trace: number): void {
    if (2 * segment.count > this.seen.length) {
      this.seen = new Int32Array(4 * this.seen.length);
      for (let other = 0; other < row; other++) this.see(segment, other, segment.trace[other]!);
    }
    if (this.see(segment, row, trace)) this.counters.duplicateSpans++;
  }

  /** Whether the segment has this trace's span already. */
  private see(segment: Segment, row: number, trace: number): boolean {
    const { spanHigh, spanLow } = segment;
    const { seen } = this;
    const mask = seen.length - 1;
    let slot = hashOf(0, trace, spanHigh[row]!, spanLow[row]!) & mask;
    for (; seen[slot] !== 0; slot = (slot + 1) & mask) {
      const other = seen[slot]! - 1;
      if (
        segment.trace[other] === trace &&
        spanLow[other] === spanLow[row] &&
        spanHigh[other] === spanHigh[row]
      )
        return true;
    }
    seen[slot] = row + 1;
    return false;
  }

  private noteChange(trace: number): void {
    const { changes } = this;
    if (changes === undefined) return;
    if (changes.rows.size < MAX_CHANGED) changes.rows.add(trace);
    else if (!changes.rows.has(trace)) changes.overflow = true;
  }

  private leaveOut(segment: Segment, batch: ScannedBatch, skip: (id: string) => boolean): void {
    for (let row = batch.from; row < batch.to; row++) {
      const trace = segment.trace[row]!;
      if (trace !== GONE && skip(this.ids.hex(trace))) this.remove(segment, row);
    }
  }

  private evict(): void {
    const cut: string[] = [];
    while (this.bytes > this.maxBytes && this.segments.length > 1) {
      const oldest = this.segments[0]!;
      const spans = this.spans;
      const traces = this.traces;
      for (let row = 0; row < oldest.count; row++) {
        const id = this.remove(oldest, row);
        if (id !== undefined) cut.push(id);
      }
      this.counters.evictedTraces += traces - this.traces;
      this.counters.evictedSpans += spans - this.spans;
      this.sealedBytes -= oldest.bytes;
      this.segments.shift();
    }
    const kept = new Set(this.segments.flatMap((segment) => segment.origins));
    this.origins = new Map([...this.origins].filter(([, origin]) => kept.has(origin)));
    this.onEvicted(this.segments[0]!.number, cut);
  }

  /** Removes the trace of a span; @returns its id where it has spans in later segments */
  private remove(from: Segment, row: number): string | undefined {
    const trace = from.trace[row]!;
    if (trace === GONE) return undefined;
    let later = false;
    this.each(trace, (segment, each) => {
      segment.trace[each] = GONE;
      segment.live--;
      this.spans--;
      later ||= segment !== from;
    });
    this.count[trace] = 0;
    const id = this.ids.hex(trace);
    this.ids.delete(trace);
    const { changes } = this;
    if (changes !== undefined) {
      changes.rows.delete(trace);
      if (changes.evicted.length < MAX_CHANGED) changes.evicted.push(id);
      else changes.overflow = true;
    }
    return later ? id : undefined;
  }

  private grow(size: number): void {
    this.head = resized(this.head, size);
    this.tail = resized(this.tail, size);
    this.count = resized(this.count, size);
    this.errors = resized(this.errors, size);
    this.firstStart = resized(this.firstStart, size);
    this.lastEnd = resized(this.lastEnd, size);
    this.root = resized(this.root, size);
    this.version = resized(this.version, size);
  }
}
