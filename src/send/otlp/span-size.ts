/**
 * Roughly how many bytes of memory an ended span holds, for a bound on what waits.
 * Sixth station of a span's way, where `otlp` is chosen: spans wait there as they are, not as bytes.
 */
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

/** The span's object with its ids, times and lists, and an entry of a list or of attributes. */
const SPAN = 600;
const ENTRY = 100;

/** Texts at a byte a character, as V8 keeps most; nothing of the application's is called. */
export function sizeOf(span: ReadableSpan): number {
  let size = SPAN + lengthOf(span.name) + lengthOf(span.status?.message) + attributesSize(span.attributes);
  for (const { name, attributes } of span.events) size += ENTRY + lengthOf(name) + attributesSize(attributes);
  for (const { attributes } of span.links) size += 2 * ENTRY + attributesSize(attributes);
  return size;
}

function attributesSize(attributes: object | undefined): number {
  let size = 0;
  for (const [key, value] of Object.entries(attributes ?? {})) size += ENTRY + key.length + valueSize(value);
  return size;
}

function valueSize(value: unknown): number {
  if (!Array.isArray(value)) return lengthOf(value);
  // An array has one type: where the first is a text, so are the others.
  if (typeof value[0] !== 'string') return value.length * 8;
  let size = 0;
  for (const text of value) size += 16 + lengthOf(text);
  return size;
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' ? value.length : 8;
}
