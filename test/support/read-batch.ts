/**
 * Reads a Jaeger batch with the npm `thrift` package's protocols as a generic reader: independent of our own code.
 */
import { createRequire } from 'node:module';

const thrift = createRequire(__filename)('thrift') as any;
const { Type } = thrift.Thrift;

export type ProtocolName = 'compact' | 'binary';

export interface PlainTag {
  key: string;
  /** 0 string, 1 double, 2 boolean, 3 long, 4 binary */
  vType: number;
  vStr?: string;
  vDouble?: number;
  vBool?: boolean;
  vLong?: number | bigint;
  vBinary?: Buffer;
}

export interface PlainSpan {
  /** Ids are 16 hexadecimal digits. */
  traceIdLow: string;
  traceIdHigh: string;
  spanId: string;
  parentSpanId: string;
  operationName: string;
  references?: { refType: number; traceIdLow: string; traceIdHigh: string; spanId: string }[];
  flags: number;
  startTime: number | bigint;
  duration: number | bigint;
  tags?: PlainTag[];
  logs?: { timestamp: number | bigint; fields: PlainTag[] }[];
}

export interface PlainBatch {
  process: { serviceName: string; tags?: PlainTag[] };
  spans: PlainSpan[];
  seqNo?: number | bigint;
  stats?: Record<string, number | bigint>;
}

/** A field of a struct: its name, and what its value is made of. A list has its element in brackets. */
type Kind = 'string' | 'binary' | 'number' | 'long' | 'id' | Shape | [Shape];
type Shape = { [field: number]: [name: string, kind: Kind] };

const TAG: Shape = {
  1: ['key', 'string'],
  2: ['vType', 'number'],
  3: ['vStr', 'string'],
  4: ['vDouble', 'number'],
  5: ['vBool', 'number'],
  6: ['vLong', 'long'],
  7: ['vBinary', 'binary'],
};
const REFERENCE: Shape = {
  1: ['refType', 'number'],
  2: ['traceIdLow', 'id'],
  3: ['traceIdHigh', 'id'],
  4: ['spanId', 'id'],
};
const SPAN: Shape = {
  1: ['traceIdLow', 'id'],
  2: ['traceIdHigh', 'id'],
  3: ['spanId', 'id'],
  4: ['parentSpanId', 'id'],
  5: ['operationName', 'string'],
  6: ['references', [REFERENCE]],
  7: ['flags', 'number'],
  8: ['startTime', 'long'],
  9: ['duration', 'long'],
  10: ['tags', [TAG]],
  11: ['logs', [{ 1: ['timestamp', 'long'], 2: ['fields', [TAG]] }]],
};
const BATCH: Shape = {
  1: ['process', { 1: ['serviceName', 'string'], 2: ['tags', [TAG]] }],
  2: ['spans', [SPAN]],
  3: ['seqNo', 'long'],
  4: [
    'stats',
    {
      1: ['fullQueueDroppedSpans', 'long'],
      2: ['tooLargeDroppedSpans', 'long'],
      3: ['failedToEmitSpans', 'long'],
    },
  ],
};

/** The batch of one `emitBatch` packet; compact is told from binary by its first byte. Throws on anything else. */
export function readEmitBatch(
  packet: Buffer,
  protocol: ProtocolName = packet[0] === 0x82 ? 'compact' : 'binary',
): PlainBatch {
  const input = open(packet, protocol);
  const message = input.readMessageBegin();
  if (message.fname !== 'emitBatch') throw new Error(`a packet with the message ${message.fname}`);
  const { batch } = readStruct(input, { 1: ['batch', BATCH] });
  input.readMessageEnd();
  return batch as PlainBatch;
}

/** The batch of an HTTP body. */
export function readBatch(body: Buffer, protocol: ProtocolName = 'binary'): PlainBatch {
  return readStruct(open(body, protocol), BATCH) as unknown as PlainBatch;
}

function open(bytes: Buffer, protocol: ProtocolName): any {
  const transport = new thrift.TFramedTransport(bytes);
  return protocol === 'compact'
    ? new thrift.TCompactProtocol(transport)
    : new thrift.TBinaryProtocol(transport);
}

function readStruct(input: any, shape: Shape): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  input.readStructBegin();
  for (;;) {
    const { ftype, fid } = input.readFieldBegin();
    if (ftype === Type.STOP) break;
    const field = shape[fid];
    if (field === undefined) throw new Error(`a field number ${fid} that the Jaeger model does not have`);
    values[field[0]] = readValue(input, ftype, field[1]);
    input.readFieldEnd();
  }
  input.readStructEnd();
  return values;
}

function readValue(input: any, type: number, kind: Kind): unknown {
  switch (type) {
    case Type.BOOL:
      return input.readBool();
    case Type.I32:
      return input.readI32();
    case Type.I64: {
      const value = (input.readI64().buffer as Buffer).readBigInt64BE(0);
      if (kind === 'id') return BigInt.asUintN(64, value).toString(16).padStart(16, '0');
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    }
    case Type.DOUBLE:
      return input.readDouble();
    case Type.STRING:
      return kind === 'binary' ? input.readBinary() : input.readString();
    case Type.STRUCT:
      return readStruct(input, kind as Shape);
    case Type.LIST: {
      const { size } = input.readListBegin();
      const list = Array.from({ length: size }, () => readStruct(input, (kind as [Shape])[0]));
      input.readListEnd();
      return list;
    }
    default:
      throw new Error(`a Thrift type ${type} that the Jaeger model does not have`);
  }
}
