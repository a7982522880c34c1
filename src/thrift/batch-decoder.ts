/**
 * A Jaeger batch from the bytes of a packet or of a posted body, as plain objects.
 * After a span's way, for receivers of our own; a batch that lacks what Jaeger's model requires is refused, as Jaeger refuses it.
 */
import { BinaryReader } from './binary-reader';
import { CompactReader } from './compact-reader';
import { COMPACT_PROTOCOL_ID } from './compact-writer';
import {
  BATCH,
  EMIT_BATCH,
  EMIT_BATCH_FIELDS,
  type JaegerBatch,
  type JaegerLog,
  type JaegerProcess,
  type JaegerReference,
  type JaegerSpan,
  type JaegerStats,
  type JaegerTag,
  LOG,
  PROCESS,
  REFERENCE,
  SPAN,
  STATS,
  TAG,
  TAG_TYPE,
} from './jaeger';
import { type Reader, ThriftError } from './reader';
import * as Type from './type';

/**
 * The batch of one `emitBatch` packet; its first byte tells compact from binary.
 * @throws ThriftError for anything else
 */
export function decodeEmitBatch(packet: Uint8Array): JaegerBatch {
  const bytes = asBuffer(packet);
  const reader = bytes[0] === COMPACT_PROTOCOL_ID ? new CompactReader(bytes) : new BinaryReader(bytes);
  const name = reader.message();
  if (name !== EMIT_BATCH) throw new ThriftError(`the message ${JSON.stringify(name.slice(0, 40))}`);
  let batch: JaegerBatch | undefined;
  for (let id = 0; reader.field(id); ) {
    id = reader.fieldId;
    if (is(reader, EMIT_BATCH_FIELDS.batch, Type.STRUCT)) batch = readBatch(reader);
    else reader.skip(reader.fieldType);
  }
  return required(batch, 'a batch');
}

/**
 * The batch of an HTTP body, which is binary Thrift without a message around it.
 * @throws ThriftError for anything else
 */
export function decodeBatch(body: Uint8Array): JaegerBatch {
  return readBatch(new BinaryReader(asBuffer(body)));
}

// A field of a known number and another type is skipped, as Thrift's generated readers do. The recursion below is as
// deep as the model; only `skip` meets unknown depths, and it has a limit. After a struct was read, `fieldId` is that of
// its last field: each loop keeps its own.

function readBatch(reader: Reader): JaegerBatch {
  let process: JaegerProcess | undefined;
  let spans: JaegerSpan[] | undefined;
  let seqNo: number | undefined;
  let stats: JaegerStats | undefined;
  for (let id = 0; reader.field(id); ) {
    id = reader.fieldId;
    if (is(reader, BATCH.process, Type.STRUCT)) process = readProcess(reader);
    else if (is(reader, BATCH.spans, Type.LIST)) spans = readList(reader, readSpan);
    else if (is(reader, BATCH.seqNo, Type.I64)) seqNo = Number(reader.i64());
    else if (is(reader, BATCH.stats, Type.STRUCT)) stats = readStats(reader);
    else reader.skip(reader.fieldType);
  }
  return { process: required(process, 'a process'), spans: required(spans, 'a list of spans'), seqNo, stats };
}

function readStats(reader: Reader): JaegerStats {
  const stats = { fullQueueDroppedSpans: 0, tooLargeDroppedSpans: 0, failedToEmitSpans: 0 };
  for (let id = 0; reader.field(id); ) {
    id = reader.fieldId;
    if (is(reader, STATS.fullQueueDroppedSpans, Type.I64)) stats.fullQueueDroppedSpans = Number(reader.i64());
    else if (is(reader, STATS.tooLargeDroppedSpans, Type.I64))
      stats.tooLargeDroppedSpans = Number(reader.i64());
    else if (is(reader, STATS.failedToEmitSpans, Type.I64)) stats.failedToEmitSpans = Number(reader.i64());
    else reader.skip(reader.fieldType);
  }
  return stats;
}

/** The process under the cursor. */
export function readProcess(reader: Reader): JaegerProcess {
  let serviceName: string | undefined;
  let tags: JaegerTag[] = [];
  for (let id = 0; reader.field(id); ) {
    id = reader.fieldId;
    if (is(reader, PROCESS.serviceName, Type.STRING)) serviceName = reader.string();
    else if (is(reader, PROCESS.tags, Type.LIST)) tags = readList(reader, readTag);
    else reader.skip(reader.fieldType);
  }
  return { serviceName: required(serviceName, 'a service name'), tags };
}

/** The span under the cursor. */
export function readSpan(reader: Reader): JaegerSpan {
  let low: string | undefined;
  let high: string | undefined;
  let spanId: string | undefined;
  let parentSpanId: string | undefined;
  let operationName: string | undefined;
  let references: JaegerReference[] = [];
  let flags: number | undefined;
  let startTime: number | undefined;
  let duration: number | undefined;
  let tags: JaegerTag[] = [];
  let logs: JaegerLog[] = [];
  for (let id = 0; reader.field(id); ) {
    id = reader.fieldId;
    if (is(reader, SPAN.traceIdLow, Type.I64)) low = reader.i64Hex();
    else if (is(reader, SPAN.traceIdHigh, Type.I64)) high = reader.i64Hex();
    else if (is(reader, SPAN.spanId, Type.I64)) spanId = reader.i64Hex();
    else if (is(reader, SPAN.parentSpanId, Type.I64)) parentSpanId = reader.i64Hex();
    else if (is(reader, SPAN.operationName, Type.STRING)) operationName = reader.string();
    else if (is(reader, SPAN.references, Type.LIST)) references = readList(reader, readReference);
    else if (is(reader, SPAN.flags, Type.I32)) flags = reader.i32();
    else if (is(reader, SPAN.startTime, Type.I64)) startTime = Number(reader.i64());
    else if (is(reader, SPAN.duration, Type.I64)) duration = Number(reader.i64());
    else if (is(reader, SPAN.tags, Type.LIST)) tags = readList(reader, readTag);
    else if (is(reader, SPAN.logs, Type.LIST)) logs = readList(reader, readLog);
    else reader.skip(reader.fieldType);
  }
  return {
    traceId: required(high, 'a trace id') + required(low, 'a trace id'),
    spanId: required(spanId, 'a span id'),
    parentSpanId: required(parentSpanId, 'a parent span id'),
    operationName: required(operationName, 'an operation name'),
    references,
    flags: required(flags, 'flags'),
    startTime: required(startTime, 'a start time'),
    duration: required(duration, 'a duration'),
    tags,
    logs,
  };
}

function readReference(reader: Reader): JaegerReference {
  let type: number | undefined;
  let low: string | undefined;
  let high: string | undefined;
  let spanId: string | undefined;
  for (let id = 0; reader.field(id); ) {
    id = reader.fieldId;
    if (is(reader, REFERENCE.refType, Type.I32)) type = reader.i32();
    else if (is(reader, REFERENCE.traceIdLow, Type.I64)) low = reader.i64Hex();
    else if (is(reader, REFERENCE.traceIdHigh, Type.I64)) high = reader.i64Hex();
    else if (is(reader, REFERENCE.spanId, Type.I64)) spanId = reader.i64Hex();
    else reader.skip(reader.fieldType);
  }
  return {
    type: required(type, "a reference's type"),
    traceId: required(high, "a reference's trace id") + required(low, "a reference's trace id"),
    spanId: required(spanId, "a reference's span id"),
  };
}

function readLog(reader: Reader): JaegerLog {
  let timestamp: number | undefined;
  let fields: JaegerTag[] | undefined;
  for (let id = 0; reader.field(id); ) {
    id = reader.fieldId;
    if (is(reader, LOG.timestamp, Type.I64)) timestamp = Number(reader.i64());
    else if (is(reader, LOG.fields, Type.LIST)) fields = readList(reader, readTag);
    else reader.skip(reader.fieldType);
  }
  return { timestamp: required(timestamp, "a log's timestamp"), fields: required(fields, "a log's fields") };
}

/** Some clients write all five values of a tag; its type says which one counts. */
function readTag(reader: Reader): JaegerTag {
  let key: string | undefined;
  let type: number | undefined;
  let text = '';
  let double = 0;
  let bool = false;
  let long: number | bigint = 0;
  let binary: Uint8Array | undefined;
  for (let id = 0; reader.field(id); ) {
    id = reader.fieldId;
    if (is(reader, TAG.key, Type.STRING)) key = reader.string();
    else if (is(reader, TAG.vType, Type.I32)) type = reader.i32();
    else if (is(reader, TAG.vStr, Type.STRING)) text = reader.string();
    else if (is(reader, TAG.vDouble, Type.DOUBLE)) double = reader.double();
    else if (is(reader, TAG.vBool, Type.BOOL)) bool = reader.bool();
    else if (is(reader, TAG.vLong, Type.I64)) long = reader.i64();
    else if (is(reader, TAG.vBinary, Type.STRING)) binary = reader.binary();
    else reader.skip(reader.fieldType);
  }
  const tag: JaegerTag = {
    key: required(key, "a tag's key"),
    type: required(type, "a tag's type"),
    value: text,
  };
  if (type === TAG_TYPE.double) tag.value = double;
  else if (type === TAG_TYPE.bool) tag.value = bool;
  else if (type === TAG_TYPE.long) tag.value = long;
  else if (type === TAG_TYPE.binary) tag.value = binary ?? new Uint8Array(0);
  else if (type !== TAG_TYPE.string) throw new ThriftError(`no tag has the type ${type}`);
  return tag;
}

function readList<T>(reader: Reader, read: (reader: Reader) => T): T[] {
  const size = reader.list();
  const list: T[] = [];
  if (size > 0 && reader.elementType !== Type.STRUCT)
    throw new ThriftError('a list of something other than structs');
  for (let index = 0; index < size; index++) list.push(read(reader));
  return list;
}

function is(reader: Reader, id: number, type: number): boolean {
  return reader.fieldId === id && reader.fieldType === type;
}

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new ThriftError(`${what} is missing`);
  return value;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
