/**
 * The bytes that a span is written into, and what both Thrift protocols do alike: room, copies and text.
 * Last station of a span's way: its encoder writes straight in here, and the transport sends a view of it.
 */
import type { Protocol } from './type';

/** Thrown when the bytes would pass a writer's `maxBytes`; what was written stays, and `position` may be set back. */
export class WriterFull extends Error {
  override readonly name = 'WriterFull';
}

/** One for all: it is thrown once a packet, when the packet is full, and nobody reads its stack. */
const FULL = new WriterFull('the bytes pass the limit of this writer');

/** Up to this many characters a loop over ASCII beats the call into Node's native code. */
const SHORT_TEXT = 72;
/** Up to so many words stores beat that call as well. */
const MOST_WORDS = 16;
const NO_WORDS = new Int32Array();
/** A nibble for each character code; what isn't a hexadecimal digit is 0. */
const NIBBLES = new Uint8Array(256);
for (let digit = 0; digit < 16; digit++) {
  NIBBLES[digit.toString(16).charCodeAt(0)] = digit;
  NIBBLES[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}

/**
 * Thrift bytes that are written again and again, as words: a few stores, where `Uint8Array.prototype.set` is a call into
 * native code and a loop over bytes is long.
 */
export class Fragment {
  /** Empty where the call is cheaper. */
  readonly words: Int32Array;
  readonly bytes: Uint8Array;

  /** In bytes; the last word may have more. */
  readonly length: number;

  constructor(bytes: Uint8Array) {
    const { length } = bytes;
    this.length = length;
    this.bytes = bytes;
    if (length > 4 * MOST_WORDS) {
      this.words = NO_WORDS;
      return;
    }
    const padded = new Uint8Array((length + 3) & ~3);
    padded.set(bytes);
    const view = new DataView(padded.buffer);
    this.words = new Int32Array(padded.length / 4).map((_, index) => view.getInt32(4 * index));
  }
}

const TWO_32 = 2 ** 32;
const TWO_63 = 2 ** 63;

/**
 * Writes Thrift values into a buffer that it owns and lets grow.
 * It keeps no field ids: whoever writes a struct names the field before, so that constants stay constants.
 */
export abstract class Writer {
  abstract readonly protocol: Protocol;
  /** Valid up to `position`. Replaced by a larger one as it grows. */
  buffer: Buffer;
  /** Where the next byte goes. May be set back, to drop what was written last. */
  position = 0;
  protected view: DataView;
  /** Halves of the number that `split` was given, signed. */
  protected high = 0;
  protected low = 0;

  /**
   * @param bytes size of the buffer at first
   * @param maxBytes how far it may grow; beyond, every method throws `WriterFull`. Values are given the room of their
   *   longest form, up to 11 bytes, before they are written, so a limit that has to be met exactly needs that much more
   */
  constructor(
    bytes = 1024,
    readonly maxBytes = Number.POSITIVE_INFINITY,
  ) {
    this.buffer = Buffer.allocUnsafeSlow(Math.min(bytes, maxBytes));
    this.view = new DataView(this.buffer.buffer);
  }

  /** The header of a struct's field; `previousId` is the field before in the same struct, 0 for the first. */
  abstract field(type: number, id: number, previousId: number): void;
  /** A whole field: header and value. */
  abstract boolField(id: number, previousId: number, value: boolean): void;
  abstract i32(value: number): void;
  /** Fractions are cut off, values beyond 64 bits become the nearest that fits, NaN becomes 0. */
  abstract i64(value: number): void;
  /** 64 bits from 16 hexadecimal digits of `text`, from `offset` on. */
  abstract i64Hex(text: string, offset: number): void;
  /** 64 bits from two signed halves. */
  abstract i64Words(high: number, low: number): void;
  abstract double(value: number): void;
  /** UTF-8; a lone surrogate becomes U+FFFD. */
  abstract string(text: string): void;
  abstract list(elementType: number, size: number): void;
  /** The header of a one-way call; the struct of its arguments follows. */
  abstract oneWayMessage(name: string, sequenceId: number): void;
  /** A byte count, before bytes or text. */
  protected abstract size(bytes: number): void;

  /** The end of a struct. */
  stop(): void {
    const position = this.reserve(1);
    this.buffer[position] = 0;
    this.position = position + 1;
  }

  binary(bytes: Uint8Array): void {
    this.size(bytes.length);
    this.raw(bytes);
  }

  /** Copies bytes that are Thrift of this protocol already. */
  raw(bytes: Uint8Array): void {
    const position = this.reserve(bytes.length);
    this.buffer.set(bytes, position);
    this.position = position + bytes.length;
  }

  /** The same for what is written often. */
  fragment(fragment: Fragment): void {
    if (fragment.length > 4 * MOST_WORDS) {
      this.raw(fragment.bytes);
      return;
    }
    const { words } = fragment;
    const count = words.length;
    const position = this.reserve(4 * count);
    const { view } = this;
    for (let index = 0; index < count; index++) view.setInt32(position + 4 * index, words[index]!);
    this.position = position + fragment.length;
  }

  /** A copy of what was written from `start` on. */
  copy(start = 0): Uint8Array {
    return new Uint8Array(this.buffer.subarray(start, this.position));
  }

  /** Makes room for `bytes` more; @returns the position */
  protected reserve(bytes: number): number {
    const { position } = this;
    if (position + bytes > this.buffer.length) this.grow(position + bytes);
    return position;
  }

  /**
   * Writes short ASCII text at `position`, where there must be room for it.
   * @returns false for text that is long or not ASCII: then the bytes there are of no use
   */
  protected shortAscii(text: string, position: number): boolean {
    const { length } = text;
    const { buffer } = this;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return false;
      buffer[position + index] = code;
    }
    return true;
  }

  protected isShort(text: string): boolean {
    return text.length <= SHORT_TEXT;
  }

  /** Text of any length and script, with its size in front. */
  protected longText(text: string): void {
    // Each character has a byte at least: one of a hundred million is not counted first.
    if (text.length > this.maxBytes) throw FULL;
    const bytes = Buffer.byteLength(text, 'utf8');
    this.size(bytes);
    const position = this.reserve(bytes);
    // One byte a character is ASCII, which needs no transcoding.
    this.buffer.write(text, position, bytes, bytes === text.length ? 'latin1' : 'utf8');
    this.position = position + bytes;
  }

  /** Sets `high` and `low` to the 64 bits, two's complement, of a number; see `i64`. */
  protected split(value: number): void {
    if (value >= TWO_63) {
      this.high = 0x7fffffff;
      this.low = -1;
    } else if (value <= -TWO_63) {
      this.high = -0x80000000;
      this.low = 0;
    } else {
      const integer = Math.trunc(value);
      this.high = Math.floor(integer / TWO_32) | 0;
      this.low = integer | 0;
    }
  }

  private grow(needed: number): void {
    if (needed > this.maxBytes) throw FULL;
    const { buffer } = this;
    this.buffer = Buffer.allocUnsafeSlow(Math.min(Math.max(needed, 2 * buffer.length), this.maxBytes));
    this.buffer.set(buffer.subarray(0, this.position));
    this.view = new DataView(this.buffer.buffer);
  }
}

/** 32 bits, signed, from 8 hexadecimal digits of `text`. */
export function hexToInt32(text: string, offset: number): number {
  return (
    (NIBBLES[text.charCodeAt(offset) & 0xff]! << 28) |
    (NIBBLES[text.charCodeAt(offset + 1) & 0xff]! << 24) |
    (NIBBLES[text.charCodeAt(offset + 2) & 0xff]! << 20) |
    (NIBBLES[text.charCodeAt(offset + 3) & 0xff]! << 16) |
    (NIBBLES[text.charCodeAt(offset + 4) & 0xff]! << 12) |
    (NIBBLES[text.charCodeAt(offset + 5) & 0xff]! << 8) |
    (NIBBLES[text.charCodeAt(offset + 6) & 0xff]! << 4) |
    NIBBLES[text.charCodeAt(offset + 7) & 0xff]!
  );
}
