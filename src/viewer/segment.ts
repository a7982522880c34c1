/**
 * Some ten thousand spans that arrived one after another: their packets' bytes, and a column for each thing searched by.
 * After a span's way, in the viewer's store. Objects are made only of what somebody looks at.
 */
import { readSpan } from '../thrift/batch-decoder';
import { BinaryReader } from '../thrift/binary-reader';
import { CompactReader } from '../thrift/compact-reader';
import type { JaegerProcess, JaegerSpan } from '../thrift/jaeger';
import type { Protocol } from '../thrift/type';
import { resized } from './id-table';
import { TagDictionary } from './tag-dictionary';
import { TagIndex } from './tag-index';

/** Bits of `flags` beside those of `tag-dictionary`. */
export const ROOT = 16;
export const COMPACT = 32;

/** In `trace`: the trace was evicted, and its spans aren't there any more. */
export const GONE = 0xffffffff;

/** A process as the viewer keeps it: one for all batches in which it is the same. */
export interface Origin {
  readonly process: JaegerProcess;
  /** Tags as `key` → texts. */
  readonly tags: ReadonlyMap<string, string>;
}

/** Of a span in the columns below, without its tags. */
const COLUMN_BYTES = 4 + 2 + 4 + 8 + 8 + 1 + 4 + 16 + 16 + 8 + 4;

export class Segment {
  arena = Buffer.allocUnsafeSlow(64 * 1024);
  /** Bytes used of the arena. */
  used = 0;
  count = 0;
  /** Spans whose trace is still there. */
  live = 0;
  firstStart = Number.POSITIVE_INFINITY;
  lastStart = Number.NEGATIVE_INFINITY;
  readonly origins: Origin[] = [];
  readonly tags = new TagDictionary(this);
  /** Operation names, by the same means: tags without a key. */
  readonly names = new TagDictionary(this);

  offset = new Uint32Array(256);
  origin = new Uint16Array(256);
  name = new Uint32Array(256);
  start = new Float64Array(256);
  duration = new Float64Array(256);
  flags = new Uint8Array(256);
  /** Row of the trace, or GONE. */
  trace = new Uint32Array(256);
  traceId = new Int32Array(4 * 256);
  spanHigh = new Int32Array(256);
  spanLow = new Int32Array(256);
  parentHigh = new Int32Array(256);
  parentLow = new Int32Array(256);
  /** The next span of the same trace, as the store numbers them; -1 for none. */
  next = new Float64Array(256);
  /** Where a span's tags begin in `tagList`; they end where the next span's begin. */
  tagStart = new Uint32Array(257);
  tagList = new Uint32Array(2048);
  tagCount = 0;

  /** Once nothing is added any more. */
  tagIndex: TagIndex | undefined;
  nameIndex: TagIndex | undefined;

  /** @param number counts segments since the start */
  constructor(readonly number: number) {}

  get bytes(): number {
    const columns = this.offset.length * COLUMN_BYTES + this.tagList.length * 4;
    const indexes = (this.tagIndex?.bytes ?? 0) + (this.nameIndex?.bytes ?? 0);
    return this.arena.length + columns + this.tags.bytes + this.names.bytes + indexes;
  }

  /** Copies a packet behind the others; @returns where it starts. `used` isn't moved. */
  append(packet: Uint8Array): number {
    const needed = this.used + packet.length;
    if (needed > this.arena.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.arena.length));
      larger.set(this.arena.subarray(0, this.used));
      this.arena = larger;
    }
    this.arena.set(packet, this.used);
    return this.used;
  }

  /** Room for one more span; its number. */
  row(): number {
    const row = this.count;
    if (row === this.offset.length) this.resize(2 * row);
    return row;
  }

  addTag(tag: number): void {
    if (this.tagCount === this.tagList.length) this.tagList = resized(this.tagList, 2 * this.tagCount);
    this.tagList[this.tagCount++] = tag;
  }

  /** Gives back what will not be needed, since nothing is added any more, and makes the indexes. */
  seal(): void {
    const exact = Buffer.allocUnsafeSlow(this.used);
    exact.set(this.arena.subarray(0, this.used));
    this.arena = exact;
    this.tagList = this.tagList.slice(0, this.tagCount);
    this.resize(this.count);
    this.tags.seal();
    this.names.seal();
    this.tagIndex = new TagIndex(this.tags, { list: this.tagList, start: this.tagStart });
    this.nameIndex = new TagIndex(this.names);
  }

  protocol(row: number): Protocol {
    return (this.flags[row]! & COMPACT) !== 0 ? 'compact' : 'binary';
  }

  decode(row: number): JaegerSpan {
    const bytes = this.arena.subarray(0, this.used);
    const reader = this.protocol(row) === 'compact' ? new CompactReader(bytes) : new BinaryReader(bytes);
    reader.position = this.offset[row]!;
    return readSpan(reader);
  }

  /** Room for so many spans, no more. */
  private resize(size: number): void {
    this.offset = resized(this.offset, size);
    this.origin = resized(this.origin, size);
    this.name = resized(this.name, size);
    this.start = resized(this.start, size);
    this.duration = resized(this.duration, size);
    this.flags = resized(this.flags, size);
    this.trace = resized(this.trace, size);
    this.traceId = resized(this.traceId, 4 * size);
    this.spanHigh = resized(this.spanHigh, size);
    this.spanLow = resized(this.spanLow, size);
    this.parentHigh = resized(this.parentHigh, size);
    this.parentLow = resized(this.parentLow, size);
    this.next = resized(this.next, size);
    this.tagStart = resized(this.tagStart, size + 1);
  }
}
