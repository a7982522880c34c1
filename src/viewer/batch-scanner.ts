/**
 * Walks the Thrift of a batch and writes what is searched by into a segment's columns, without making objects of spans.
 * After a span's way: the viewer's intake. What Jaeger's model requires and isn't there makes the whole batch malformed.
 */
import { readProcess } from '../thrift/batch-decoder';
import { BinaryReader } from '../thrift/binary-reader';
import { CompactReader } from '../thrift/compact-reader';
import { COMPACT_PROTOCOL_ID } from '../thrift/compact-writer';
import {
  BATCH,
  EMIT_BATCH,
  EMIT_BATCH_FIELDS,
  type JaegerProcess,
  type JaegerStats,
  LOG,
  REFERENCE,
  REFERENCE_TYPE,
  SPAN,
  STATS,
  TAG,
  TAG_TYPE,
} from '../thrift/jaeger';
import { type Reader, ThriftError } from '../thrift/reader';
import * as Type from '../thrift/type';
import { COMPACT, ROOT, type Segment } from './segment';
import { words } from './tag-dictionary';

/** What a batch says beside its spans, which are the rows of the segment from `from` to `to`. */
export interface ScannedBatch {
  process: JaegerProcess;
  /** The process's bytes as text: the same text is the same process. */
  processKey: string;
  seqNo: number | undefined;
  stats: JaegerStats | undefined;
  from: number;
  to: number;
}

/** Bits of the fields that a span must have: the numbers of 64 bits, and all. */
const LONGS =
  (1 << SPAN.traceIdLow) |
  (1 << SPAN.traceIdHigh) |
  (1 << SPAN.spanId) |
  (1 << SPAN.parentSpanId) |
  (1 << SPAN.startTime) |
  (1 << SPAN.duration);
const REQUIRED = LONGS | (1 << SPAN.operationName) | (1 << SPAN.flags);

/**
 * Reads a packet (`emitBatch`) or a body (a batch alone) into the segment.
 * @throws ThriftError with the segment as it was before
 */
export function scanBatch(segment: Segment, bytes: Uint8Array, isMessage: boolean): ScannedBatch {
  const base = segment.append(bytes);
  const { count, tagCount, used } = segment;
  const { count: tags } = segment.tags;
  const { count: names } = segment.names;
  try {
    segment.used = base + bytes.length;
    const packet = segment.arena.subarray(base, segment.used);
    const compact = isMessage && packet[0] === COMPACT_PROTOCOL_ID;
    const reader = compact ? new CompactReader(packet) : new BinaryReader(packet);
    const scanner = new BatchScanner(segment, reader, base, compact ? COMPACT : 0);
    return isMessage ? scanner.message() : scanner.batch();
  } catch (error) {
    segment.count = count;
    segment.tagCount = tagCount;
    segment.used = used;
    segment.tags.truncate(tags);
    segment.names.truncate(names);
    throw error;
  }
}

class BatchScanner {
  /** Where the value of the tag read last is, or its words. */
  private first = 0;
  private second = 0;

  constructor(
    private readonly segment: Segment,
    private readonly reader: Reader,
    /** Where the packet starts in the segment's bytes. */
    private readonly base: number,
    private readonly protocol: number,
  ) {}

  message(): ScannedBatch {
    const { reader } = this;
    const name = reader.message();
    if (name !== EMIT_BATCH) throw new ThriftError(`the message ${JSON.stringify(name.slice(0, 40))}`);
    let batch: ScannedBatch | undefined;
    for (let id = 0; reader.field(id); ) {
      id = reader.fieldId;
      // A second batch in one message is none of Jaeger's; its spans would be counted to the first's process.
      if (batch === undefined && is(reader, EMIT_BATCH_FIELDS.batch, Type.STRUCT)) batch = this.batch();
      else reader.skip(reader.fieldType);
    }
    if (batch === undefined) throw new ThriftError('a batch is missing');
    return batch;
  }

  batch(): ScannedBatch {
    const { reader, segment, base } = this;
    const from = segment.count;
    let process: JaegerProcess | undefined;
    let processKey = '';
    let spans = false;
    let seqNo: number | undefined;
    let stats: JaegerStats | undefined;
    for (let id = 0; reader.field(id); ) {
      id = reader.fieldId;
      if (is(reader, BATCH.process, Type.STRUCT)) {
        const start = base + reader.position;
        process = readProcess(reader);
        processKey = segment.arena.toString('latin1', start, base + reader.position);
      } else if (is(reader, BATCH.spans, Type.LIST)) {
        spans = true;
        const size = reader.list();
        structs(reader, size);
        for (let index = 0; index < size; index++) this.span();
      } else if (is(reader, BATCH.seqNo, Type.I64)) seqNo = this.long();
      else if (is(reader, BATCH.stats, Type.STRUCT)) stats = this.stats();
      else reader.skip(reader.fieldType);
    }
    if (process === undefined) throw new ThriftError('a process is missing');
    if (!spans) throw new ThriftError('a list of spans is missing');
    return { process, processKey, seqNo, stats, from, to: segment.count };
  }

  private stats(): JaegerStats {
    const { reader } = this;
    const stats = { fullQueueDroppedSpans: 0, tooLargeDroppedSpans: 0, failedToEmitSpans: 0 };
    for (let id = 0; reader.field(id); ) {
      id = reader.fieldId;
      if (is(reader, STATS.fullQueueDroppedSpans, Type.I64)) stats.fullQueueDroppedSpans = this.long();
      else if (is(reader, STATS.tooLargeDroppedSpans, Type.I64)) stats.tooLargeDroppedSpans = this.long();
      else if (is(reader, STATS.failedToEmitSpans, Type.I64)) stats.failedToEmitSpans = this.long();
      else reader.skip(reader.fieldType);
    }
    return stats;
  }

  private span(): void {
    const { reader, segment } = this;
    const row = segment.row();
    const { traceId } = segment;
    segment.offset[row] = this.base + reader.position;
    segment.tagStart[row] = segment.tagCount;
    let seen = 0;
    let flags = this.protocol;
    let references = -1;
    for (let id = 0; reader.field(id); ) {
      id = reader.fieldId;
      const type = reader.fieldType;
      if (type === Type.I64 && id > 0 && id <= SPAN.duration && ((1 << id) & LONGS) !== 0) {
        reader.halves();
        const { high, low } = reader;
        if (id === SPAN.traceIdHigh) {
          traceId[4 * row] = high;
          traceId[4 * row + 1] = low;
        } else if (id === SPAN.traceIdLow) {
          traceId[4 * row + 2] = high;
          traceId[4 * row + 3] = low;
        } else if (id === SPAN.spanId) {
          segment.spanHigh[row] = high;
          segment.spanLow[row] = low;
        } else if (id === SPAN.parentSpanId) {
          segment.parentHigh[row] = high;
          segment.parentLow[row] = low;
        } else if (id === SPAN.startTime) segment.start[row] = high * 2 ** 32 + (low >>> 0);
        else if (id === SPAN.duration) segment.duration[row] = high * 2 ** 32 + (low >>> 0);
        seen |= 1 << id;
      } else if (id === SPAN.operationName && type === Type.STRING) {
        const start = this.base + reader.past();
        const length = this.base + reader.position - start;
        segment.name[row] = segment.names.tag(0, TAG_TYPE.string, start, length);
        seen |= 1 << id;
      } else if (id === SPAN.flags && type === Type.I32) {
        reader.i32();
        seen |= 1 << id;
      } else if (id === SPAN.tags && type === Type.LIST) flags |= this.tagList();
      else if (id === SPAN.logs && type === Type.LIST) this.logs();
      else if (id === SPAN.references && type === Type.LIST) {
        references = reader.position;
        this.references(row, -1);
      } else reader.skip(type);
    }
    if ((seen & REQUIRED) !== REQUIRED) throw new ThriftError('a required field of a span is missing');
    if (segment.parentHigh[row] === 0 && segment.parentLow[row] === 0) {
      const end = reader.position;
      if (references >= 0) {
        reader.position = references;
        this.references(row, row);
        reader.position = end;
      }
      if (segment.parentHigh[row] === 0 && segment.parentLow[row] === 0) flags |= ROOT;
    }
    segment.flags[row] = flags;
    segment.count = row + 1;
    segment.tagStart[row + 1] = segment.tagCount;
  }

  /**
   * Goes past a span's references. With a row they are read: without a parent id, the first reference into the same
   * trace is the parent, CHILD_OF before FOLLOWS_FROM, as in Jaeger.
   */
  private references(span: number, row: number): void {
    const { reader, segment } = this;
    const { traceId } = segment;
    const size = reader.list();
    structs(reader, size);
    let found = -1;
    for (let index = 0; index < size; index++) {
      let type = -1;
      let parts = 0;
      let same = true;
      let spanHigh = 0;
      let spanLow = 0;
      for (let id = 0; reader.field(id); ) {
        id = reader.fieldId;
        if (is(reader, REFERENCE.refType, Type.I32)) {
          type = reader.i32();
        } else if (reader.fieldType === Type.I64 && id >= REFERENCE.traceIdLow && id <= REFERENCE.spanId) {
          reader.halves();
          parts |= 1 << id;
          const { high, low } = reader;
          if (id === REFERENCE.spanId) {
            spanHigh = high;
            spanLow = low;
          } else {
            const at = 4 * span + (id === REFERENCE.traceIdHigh ? 0 : 2);
            same &&= traceId[at] === high && traceId[at + 1] === low;
          }
        } else reader.skip(reader.fieldType);
      }
      if (type < 0 || parts !== REFERENCE_PARTS) throw new ThriftError('a field of a reference is missing');
      if (
        row < 0 ||
        !same ||
        found === REFERENCE_TYPE.childOf ||
        (found >= 0 && type !== REFERENCE_TYPE.childOf)
      )
        continue;
      found = type;
      segment.parentHigh[row] = spanHigh;
      segment.parentLow[row] = spanLow;
    }
  }

  private logs(): void {
    const { reader } = this;
    const size = reader.list();
    structs(reader, size);
    for (let index = 0; index < size; index++) {
      let time = false;
      let fields = false;
      for (let id = 0; reader.field(id); ) {
        id = reader.fieldId;
        if (is(reader, LOG.timestamp, Type.I64)) {
          reader.halves();
          time = true;
        } else if (is(reader, LOG.fields, Type.LIST)) {
          this.tagList();
          fields = true;
        } else reader.skip(reader.fieldType);
      }
      if (!time || !fields) throw new ThriftError('a field of a log is missing');
    }
  }

  /** Adds a list's tags to the span; @returns what the span learns from them */
  private tagList(): number {
    const { reader, segment } = this;
    const size = reader.list();
    structs(reader, size);
    let effects = 0;
    for (let index = 0; index < size; index++) {
      const tag = this.tag();
      segment.addTag(tag);
      effects |= segment.tags.effect[tag]!;
    }
    return effects;
  }

  /** Some clients write all five values of a tag; its type, which comes before them, says which one counts. */
  private tag(): number {
    const { reader, base } = this;
    let key = -1;
    let type = -1;
    let textAt = 0;
    let textLength = 0;
    let binaryAt = 0;
    let binaryLength = 0;
    let bool = 0;
    let longHigh = 0;
    let longLow = 0;
    this.first = this.second = 0;
    for (let id = 0; reader.field(id); ) {
      id = reader.fieldId;
      if (is(reader, TAG.key, Type.STRING)) {
        const start = base + reader.past();
        key = this.segment.tags.keyAt(start, base + reader.position - start);
      } else if (is(reader, TAG.vType, Type.I32)) type = reader.i32();
      else if (is(reader, TAG.vStr, Type.STRING)) {
        textAt = base + reader.past();
        textLength = base + reader.position - textAt;
      } else if (is(reader, TAG.vDouble, Type.DOUBLE)) {
        const value = words(reader.double());
        this.first = value.first;
        this.second = value.second;
      } else if (is(reader, TAG.vBool, Type.BOOL)) bool = reader.bool() ? 1 : 0;
      else if (is(reader, TAG.vLong, Type.I64)) {
        reader.halves();
        longHigh = reader.high;
        longLow = reader.low;
      } else if (is(reader, TAG.vBinary, Type.STRING)) {
        binaryAt = base + reader.past();
        binaryLength = base + reader.position - binaryAt;
      } else reader.skip(reader.fieldType);
    }
    if (key < 0) throw new ThriftError("a tag's key is missing");
    const { tags } = this.segment;
    if (type === TAG_TYPE.string) return tags.tag(key, type, textAt, textLength);
    if (type === TAG_TYPE.long) return tags.tag(key, type, longHigh, longLow);
    if (type === TAG_TYPE.bool) return tags.tag(key, type, bool, 0);
    if (type === TAG_TYPE.double) return tags.tag(key, type, this.first, this.second);
    if (type === TAG_TYPE.binary) return tags.tag(key, type, binaryAt, binaryLength);
    throw new ThriftError(`no tag has the type ${type}`);
  }

  private long(): number {
    this.reader.halves();
    return this.reader.high * 2 ** 32 + (this.reader.low >>> 0);
  }
}

const REFERENCE_PARTS = (1 << REFERENCE.traceIdLow) | (1 << REFERENCE.traceIdHigh) | (1 << REFERENCE.spanId);

function structs(reader: Reader, size: number): void {
  if (size > 0 && reader.elementType !== Type.STRUCT)
    throw new ThriftError('a list of something other than structs');
}

function is(reader: Reader, id: number, type: number): boolean {
  return reader.fieldId === id && reader.fieldType === type;
}
