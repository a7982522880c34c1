/**
 * Writes a batch given as objects as binary Thrift: what came as OTLP or as a file of JSON takes the way of all others.
 * After a span's way: the viewer's intake.
 */
import { BinaryWriter } from '../thrift/binary-writer';
import {
  BATCH,
  type JaegerBatch,
  type JaegerLog,
  type JaegerReference,
  type JaegerSpan,
  type JaegerTag,
  LOG,
  PROCESS,
  REFERENCE,
  SPAN,
  TAG,
  TAG_TYPE,
} from '../thrift/jaeger';
import * as Type from '../thrift/type';

/** Without what only Jaeger's own clients have. */
export type SpanBatch = Omit<JaegerBatch, 'seqNo' | 'stats'>;

export function writeBatch(batch: SpanBatch): Uint8Array {
  const writer = new BinaryWriter(64 * 1024);
  writer.field(Type.STRUCT, BATCH.process, 0);
  writer.field(Type.STRING, PROCESS.serviceName, 0);
  writer.string(batch.process.serviceName);
  writer.field(Type.LIST, PROCESS.tags, PROCESS.serviceName);
  writeList(writer, batch.process.tags, writeTag);
  writer.stop();
  writer.field(Type.LIST, BATCH.spans, BATCH.process);
  writeList(writer, batch.spans, writeSpan);
  writer.stop();
  return writer.copy();
}

function writeSpan(writer: BinaryWriter, span: JaegerSpan): void {
  writer.field(Type.I64, SPAN.traceIdLow, 0);
  writer.i64Hex(span.traceId, 16);
  writer.field(Type.I64, SPAN.traceIdHigh, SPAN.traceIdLow);
  writer.i64Hex(span.traceId, 0);
  writer.field(Type.I64, SPAN.spanId, SPAN.traceIdHigh);
  writer.i64Hex(span.spanId, 0);
  writer.field(Type.I64, SPAN.parentSpanId, SPAN.spanId);
  writer.i64Hex(span.parentSpanId, 0);
  writer.field(Type.STRING, SPAN.operationName, SPAN.parentSpanId);
  writer.string(span.operationName);
  writer.field(Type.LIST, SPAN.references, SPAN.operationName);
  writeList(writer, span.references, writeReference);
  writer.field(Type.I32, SPAN.flags, SPAN.references);
  writer.i32(span.flags);
  writer.field(Type.I64, SPAN.startTime, SPAN.flags);
  writer.i64(span.startTime);
  writer.field(Type.I64, SPAN.duration, SPAN.startTime);
  writer.i64(span.duration);
  writer.field(Type.LIST, SPAN.tags, SPAN.duration);
  writeList(writer, span.tags, writeTag);
  writer.field(Type.LIST, SPAN.logs, SPAN.tags);
  writeList(writer, span.logs, writeLog);
  writer.stop();
}

function writeReference(writer: BinaryWriter, reference: JaegerReference): void {
  writer.field(Type.I32, REFERENCE.refType, 0);
  writer.i32(reference.type);
  writer.field(Type.I64, REFERENCE.traceIdLow, REFERENCE.refType);
  writer.i64Hex(reference.traceId, 16);
  writer.field(Type.I64, REFERENCE.traceIdHigh, REFERENCE.traceIdLow);
  writer.i64Hex(reference.traceId, 0);
  writer.field(Type.I64, REFERENCE.spanId, REFERENCE.traceIdHigh);
  writer.i64Hex(reference.spanId, 0);
  writer.stop();
}

function writeLog(writer: BinaryWriter, log: JaegerLog): void {
  writer.field(Type.I64, LOG.timestamp, 0);
  writer.i64(log.timestamp);
  writer.field(Type.LIST, LOG.fields, LOG.timestamp);
  writeList(writer, log.fields, writeTag);
  writer.stop();
}

function writeTag(writer: BinaryWriter, { key, type, value }: JaegerTag): void {
  writer.field(Type.STRING, TAG.key, 0);
  writer.string(key);
  writer.field(Type.I32, TAG.vType, TAG.key);
  writer.i32(type);
  if (type === TAG_TYPE.bool) writer.boolField(TAG.vBool, TAG.vType, value === true);
  else if (type === TAG_TYPE.double) {
    writer.field(Type.DOUBLE, TAG.vDouble, TAG.vType);
    writer.double(Number(value));
  } else if (type === TAG_TYPE.long) {
    writer.field(Type.I64, TAG.vLong, TAG.vType);
    if (typeof value === 'bigint') writer.i64Hex(BigInt.asUintN(64, value).toString(16).padStart(16, '0'), 0);
    else writer.i64(Number(value));
  } else if (value instanceof Uint8Array) {
    writer.field(Type.STRING, TAG.vBinary, TAG.vType);
    writer.binary(value);
  } else {
    writer.field(Type.STRING, TAG.vStr, TAG.vType);
    writer.string(String(value));
  }
  writer.stop();
}

function writeList<T>(
  writer: BinaryWriter,
  items: readonly T[],
  write: (writer: BinaryWriter, item: T) => void,
): void {
  writer.list(Type.STRUCT, items.length);
  for (const item of items) write(writer, item);
}
