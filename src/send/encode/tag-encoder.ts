/**
 * One attribute → one Jaeger tag. What a tag's key makes of its first bytes is kept, so that a span's usual keys are
 * copied instead of encoded. Sixth station of a span's way: part of `span-encoder`.
 */
import { types } from 'node:util';
import { BinaryWriter } from '../../thrift/binary-writer';
import { CompactWriter } from '../../thrift/compact-writer';
import { TAG, TAG_TYPE } from '../../thrift/jaeger';
import * as Type from '../../thrift/type';
import { Fragment, type Writer } from '../../thrift/writer';

/** Applications that make up keys must not fill the memory: beyond this many the kept ones are forgotten. */
const MAX_KEYS = 2_000;
/** Longer keys are rare, and dear to keep. */
const MAX_KEY_LENGTH = 64;

/**
 * Of an array no more items than this become text, which takes some 5 ms: one of ten million would hold up the
 * application for seconds, and no packet has room for it.
 */
const MOST_ITEMS = 20_000;

/** The bytes of a tag up to its value, by key, for one type of tag. */
type Heads = Map<string, Fragment>;

const heads = { compact: fiveMaps(), binary: fiveMaps() };

/**
 * Writes a tag, whatever the value is. Integers are longs and other numbers doubles: that is how OTLP brings the same
 * attributes to Jaeger, and Jaeger shows a large double as 1.7e+12.
 */
export function encodeTag(writer: Writer, key: string, value: unknown): void {
  switch (typeof value) {
    case 'string':
      encodeStringTag(writer, key, value);
      break;
    case 'number':
      encodeNumberTag(writer, key, value);
      break;
    case 'boolean':
      encodeBoolTag(writer, key, value);
      break;
    default:
      // Not `instanceof`, which runs a proxy's code and takes what only looks like bytes.
      if (types.isUint8Array(value)) encodeBinaryTag(writer, key, value);
      else encodeStringTag(writer, key, toText(value));
  }
}

export function encodeStringTag(writer: Writer, key: string, value: string): void {
  head(writer, key, TAG_TYPE.string);
  writer.string(value);
  writer.stop();
}

export function encodeNumberTag(writer: Writer, key: string, value: number): void {
  if (Number.isSafeInteger(value)) {
    head(writer, key, TAG_TYPE.long);
    writer.i64(value);
  } else {
    head(writer, key, TAG_TYPE.double);
    writer.double(value);
  }
  writer.stop();
}

export function encodeBoolTag(writer: Writer, key: string, value: boolean): void {
  head(writer, key, TAG_TYPE.bool);
  writer.boolField(TAG.vBool, TAG.vType, value);
  writer.stop();
}

function encodeBinaryTag(writer: Writer, key: string, value: Uint8Array): void {
  head(writer, key, TAG_TYPE.binary);
  // A copy has the length that it says; a subclass may say another one each time.
  writer.binary(new Uint8Array(value));
  writer.stop();
}

/**
 * The text for anything; never throws. Arrays are JSON, as OpenTelemetry's Jaeger page has it; so is every object that
 * JSON can take. The SDK lets no attribute but arrays come here; other tracers may, and names are what callers gave.
 */
export function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    if (typeof value === 'object' && value !== null) {
      return longText(value) ?? JSON.stringify(value) ?? String(value);
    }
    return String(value);
  } catch {
    // Circular, a bigint in an array, a `toJSON` or `toString` that throws.
  }
  try {
    return Object.prototype.toString.call(value);
  } catch {
    // A revoked proxy, a `Symbol.toStringTag` that throws.
    return `[${typeof value}]`;
  }
}

/** The beginning of an array with very many items, with their number; undefined for everything else. */
function longText(value: object): string | undefined {
  const length = Array.isArray(value) || types.isTypedArray(value) ? value.length : 0;
  if (!(length > MOST_ITEMS)) return undefined;
  const first = Array.prototype.slice.call(value, 0, MOST_ITEMS);
  return `${JSON.stringify(first)} … ${length} in all`;
}

function head(writer: Writer, key: string, type: number): void {
  const known = heads[writer.protocol][type]!.get(key);
  if (known === undefined) newHead(writer, key, type);
  else writer.fragment(known);
}

function newHead(writer: Writer, key: string, type: number): void {
  if (key.length > MAX_KEY_LENGTH) {
    writeHead(writer, key, type);
    return;
  }
  const head = fragment(writer.protocol, (own) => writeHead(own, key, type));
  const known = heads[writer.protocol][type]!;
  if (known.size >= MAX_KEYS) known.clear();
  known.set(key, head);
  writer.fragment(head);
}

function writeHead(writer: Writer, key: string, type: number): void {
  writer.field(Type.STRING, TAG.key, 0);
  writer.string(key);
  writer.field(Type.I32, TAG.vType, TAG.key);
  writer.i32(type);
  if (type === TAG_TYPE.string) writer.field(Type.STRING, TAG.vStr, TAG.vType);
  else if (type === TAG_TYPE.double) writer.field(Type.DOUBLE, TAG.vDouble, TAG.vType);
  else if (type === TAG_TYPE.long) writer.field(Type.I64, TAG.vLong, TAG.vType);
  else if (type === TAG_TYPE.binary) writer.field(Type.STRING, TAG.vBinary, TAG.vType);
  // A boolean's header depends on its value.
}

/** The bytes that `write` writes in that protocol. */
export function encoded(protocol: Writer['protocol'], write: (writer: Writer) => void): Uint8Array {
  const writer = protocol === 'compact' ? new CompactWriter(256) : new BinaryWriter(256);
  write(writer);
  return writer.copy();
}

/** The same, for writing them often. */
export function fragment(protocol: Writer['protocol'], write: (writer: Writer) => void): Fragment {
  return new Fragment(encoded(protocol, write));
}

function fiveMaps(): Heads[] {
  return Object.values(TAG_TYPE).map(() => new Map());
}
