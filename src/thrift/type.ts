/**
 * Thrift's type ids as the binary protocol writes them; writers and readers of both protocols speak in these.
 * Sixth station of a span's way, and after it.
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-binary-protocol.md
 */
export const STOP = 0;
export const BOOL = 2;
export const BYTE = 3;
export const DOUBLE = 4;
export const I16 = 6;
export const I32 = 8;
export const I64 = 10;
/** Text and bytes alike. */
export const STRING = 11;
export const STRUCT = 12;
export const MAP = 13;
export const SET = 14;
export const LIST = 15;
export const UUID = 16;

/** The message type of a call that nobody answers, such as `emitBatch`. */
export const ONE_WAY = 4;

export type Protocol = 'compact' | 'binary';
