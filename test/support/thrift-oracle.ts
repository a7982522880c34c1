/**
 * The npm `thrift` package's protocols around a Jaeger batch, independent of our writers and readers: decoding is
 * `read-batch`'s, here under the names that the encoding tests use; encoding is for the tests of our readers.
 */
import { createRequire } from 'node:module';
import {
  type PlainBatch,
  type PlainSpan,
  type PlainTag,
  type ProtocolName,
  readBatch,
  readEmitBatch,
} from './read-batch';

export type { PlainBatch, PlainSpan, PlainTag };

const thrift = createRequire(__filename)('thrift') as any;
const { Type, MessageType } = thrift.Thrift;

/** The batch of one `emitBatch` packet, with ids as 16 hexadecimal digits. */
export function decodeEmitBatch(packet: Uint8Array, protocol: ProtocolName): PlainBatch {
  return readEmitBatch(asBuffer(packet), protocol);
}

/** The batch of an HTTP body, which is binary Thrift. */
export function decodeBatch(body: Uint8Array): PlainBatch {
  return readBatch(asBuffer(body), 'binary');
}

/** The same batch as `thrift` itself would send it in a packet. */
export function encodeEmitBatch(batch: PlainBatch, protocol: ProtocolName): Buffer {
  return collect(protocol, (output) => {
    output.writeMessageBegin('emitBatch', MessageType.ONEWAY, 0);
    writeStruct(output, [[1, Type.STRUCT, () => writeBatch(output, batch)]]);
    output.writeMessageEnd();
  });
}

/** The same batch as `thrift` itself would post it. */
export function encodeBatch(batch: PlainBatch): Buffer {
  return collect('binary', (output) => writeBatch(output, batch));
}

type Field = [id: number, type: number, write: () => void];

function collect(protocol: ProtocolName, write: (output: any) => void): Buffer {
  let bytes = Buffer.alloc(0);
  // A framed transport hands over a frame: four bytes of length, then what was written.
  const transport = new thrift.TFramedTransport(null, (frame: Buffer) => {
    bytes = Buffer.from(frame.subarray(4));
  });
  const output =
    protocol === 'compact' ? new thrift.TCompactProtocol(transport) : new thrift.TBinaryProtocol(transport);
  write(output);
  transport.flush();
  return bytes;
}

function writeStruct(output: any, fields: Field[]): void {
  output.writeStructBegin('');
  for (const [id, type, write] of fields) {
    output.writeFieldBegin('', type, id);
    write();
    output.writeFieldEnd();
  }
  output.writeFieldStop();
  output.writeStructEnd();
}

function writeList<T>(output: any, items: T[], write: (item: T) => void): void {
  output.writeListBegin(Type.STRUCT, items.length);
  for (const item of items) write(item);
  output.writeListEnd();
}

function writeBatch(output: any, batch: PlainBatch): void {
  const { process, spans, seqNo, stats } = batch;
  const fields: Field[] = [
    [
      1,
      Type.STRUCT,
      () =>
        writeStruct(output, [
          [1, Type.STRING, () => output.writeString(process.serviceName)],
          [2, Type.LIST, () => writeList(output, process.tags ?? [], (tag) => writeTag(output, tag))],
        ]),
    ],
    [2, Type.LIST, () => writeList(output, spans, (span) => writeSpan(output, span))],
  ];
  if (seqNo !== undefined) fields.push([3, Type.I64, () => long(output, seqNo)]);
  if (stats !== undefined) {
    const values = [stats.fullQueueDroppedSpans, stats.tooLargeDroppedSpans, stats.failedToEmitSpans];
    fields.push([
      4,
      Type.STRUCT,
      () =>
        writeStruct(
          output,
          values.map((value, index) => [index + 1, Type.I64, () => long(output, value ?? 0)]),
        ),
    ]);
  }
  writeStruct(output, fields);
}

function writeSpan(output: any, span: PlainSpan): void {
  writeStruct(output, [
    [1, Type.I64, () => id(output, span.traceIdLow)],
    [2, Type.I64, () => id(output, span.traceIdHigh)],
    [3, Type.I64, () => id(output, span.spanId)],
    [4, Type.I64, () => id(output, span.parentSpanId)],
    [5, Type.STRING, () => output.writeString(span.operationName)],
    [
      6,
      Type.LIST,
      () =>
        writeList(output, span.references ?? [], (reference) =>
          writeStruct(output, [
            [1, Type.I32, () => output.writeI32(reference.refType)],
            [2, Type.I64, () => id(output, reference.traceIdLow)],
            [3, Type.I64, () => id(output, reference.traceIdHigh)],
            [4, Type.I64, () => id(output, reference.spanId)],
          ]),
        ),
    ],
    [7, Type.I32, () => output.writeI32(span.flags)],
    [8, Type.I64, () => long(output, span.startTime)],
    [9, Type.I64, () => long(output, span.duration)],
    [10, Type.LIST, () => writeList(output, span.tags ?? [], (tag) => writeTag(output, tag))],
    [
      11,
      Type.LIST,
      () =>
        writeList(output, span.logs ?? [], (log) =>
          writeStruct(output, [
            [1, Type.I64, () => long(output, log.timestamp)],
            [2, Type.LIST, () => writeList(output, log.fields, (tag) => writeTag(output, tag))],
          ]),
        ),
    ],
  ]);
}

function writeTag(output: any, tag: PlainTag): void {
  const { vStr, vDouble, vBool, vLong, vBinary } = tag;
  const fields: Field[] = [
    [1, Type.STRING, () => output.writeString(tag.key)],
    [2, Type.I32, () => output.writeI32(tag.vType)],
  ];
  if (vStr !== undefined) fields.push([3, Type.STRING, () => output.writeString(vStr)]);
  if (vDouble !== undefined) fields.push([4, Type.DOUBLE, () => output.writeDouble(vDouble)]);
  if (vBool !== undefined) fields.push([5, Type.BOOL, () => output.writeBool(vBool)]);
  if (vLong !== undefined) fields.push([6, Type.I64, () => long(output, vLong)]);
  if (vBinary !== undefined) fields.push([7, Type.STRING, () => output.writeBinary(vBinary)]);
  writeStruct(output, fields);
}

function id(output: any, hex: string): void {
  output.writeI64(new thrift.Int64(Buffer.from(hex, 'hex')));
}

function long(output: any, value: number | bigint): void {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  output.writeI64(new thrift.Int64(bytes));
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
