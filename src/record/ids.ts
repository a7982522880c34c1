/**
 * Makes trace and span ids: random, never all zeros.
 * Fourth station of a span's way: a span begins.
 */
import { randomFillSync } from 'node:crypto';

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;
const NO_HIGH_HALF = '0'.repeat(16);

/** Random bytes, asked for in bulk: one call for 4 kB costs little more than one for 8 bytes. */
const pool = Buffer.allocUnsafeSlow(4096);
let used = pool.length;

/** 32 hexadecimal digits. @param short the first half zeros, for tracers that know 64 bits */
export function createTraceId(short = false): string {
  return short ? NO_HIGH_HALF + hex(SPAN_ID_BYTES) : hex(TRACE_ID_BYTES);
}

/** 16 hexadecimal digits. */
export function createSpanId(): string {
  return hex(SPAN_ID_BYTES);
}

function hex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const start = used;
  used += bytes;
  // The least likely byte sequence is no id: one bit makes it one.
  if (pool[start] === 0) pool[start + bytes - 1]! |= 1;
  return pool.toString('hex', start, used);
}
