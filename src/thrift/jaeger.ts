/**
 * The Jaeger model: field numbers as Jaeger's Thrift files give them, and plain objects of what was read.
 * Sixth station of a span's way, and after it: shared by the encoder, which writes spans, and by `batch-decoder`.
 * https://github.com/jaegertracing/jaeger-idl/blob/main/thrift/jaeger.thrift and agent.thrift
 */

/** The one-way call of the agent; field 1 of its arguments is the batch. */
export const EMIT_BATCH = 'emitBatch';
export const EMIT_BATCH_FIELDS = { batch: 1 } as const;

export const BATCH = { process: 1, spans: 2, seqNo: 3, stats: 4 } as const;
export const STATS = { fullQueueDroppedSpans: 1, tooLargeDroppedSpans: 2, failedToEmitSpans: 3 } as const;
export const PROCESS = { serviceName: 1, tags: 2 } as const;
export const SPAN = {
  traceIdLow: 1,
  traceIdHigh: 2,
  spanId: 3,
  parentSpanId: 4,
  operationName: 5,
  references: 6,
  flags: 7,
  startTime: 8,
  duration: 9,
  tags: 10,
  logs: 11,
} as const;
export const REFERENCE = { refType: 1, traceIdLow: 2, traceIdHigh: 3, spanId: 4 } as const;
export const LOG = { timestamp: 1, fields: 2 } as const;
export const TAG = { key: 1, vType: 2, vStr: 3, vDouble: 4, vBool: 5, vLong: 6, vBinary: 7 } as const;

export const TAG_TYPE = { string: 0, double: 1, bool: 2, long: 3, binary: 4 } as const;
export const REFERENCE_TYPE = { childOf: 0, followsFrom: 1 } as const;
/** Bits of `Span.flags`. */
export const SPAN_FLAG = { sampled: 1, debug: 2 } as const;

/** What the sender lost since it started; it lets the collector see what never arrived. */
export interface JaegerStats {
  fullQueueDroppedSpans: number;
  tooLargeDroppedSpans: number;
  failedToEmitSpans: number;
}

export interface JaegerTag {
  key: string;
  /** One of `TAG_TYPE`. */
  type: number;
  /** A long beyond JavaScript's safe integers is a bigint. Binary is a copy of its own. */
  value: string | number | bigint | boolean | Uint8Array;
}

export interface JaegerReference {
  /** One of `REFERENCE_TYPE`. */
  type: number;
  /** 32 hexadecimal digits. */
  traceId: string;
  /** 16 hexadecimal digits. */
  spanId: string;
}

export interface JaegerLog {
  /** Microseconds since the epoch. */
  timestamp: number;
  fields: JaegerTag[];
}

export interface JaegerSpan {
  /** 32 hexadecimal digits, lower case. */
  traceId: string;
  /** 16 hexadecimal digits. */
  spanId: string;
  /** 16 hexadecimal digits; all zeros for none. */
  parentSpanId: string;
  operationName: string;
  references: JaegerReference[];
  /** Bits of `SPAN_FLAG`. */
  flags: number;
  /** Microseconds since the epoch; exact up to 2^53. */
  startTime: number;
  /** Microseconds. */
  duration: number;
  tags: JaegerTag[];
  logs: JaegerLog[];
}

export interface JaegerProcess {
  serviceName: string;
  tags: JaegerTag[];
}

export interface JaegerBatch {
  process: JaegerProcess;
  spans: JaegerSpan[];
  /** Counts a sender's batches; undefined where the sender doesn't count. */
  seqNo: number | undefined;
  stats: JaegerStats | undefined;
}
