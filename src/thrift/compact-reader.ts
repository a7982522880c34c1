/**
 * Reads Thrift's compact protocol, as it comes on UDP port 6831.
 * After a span's way: for receivers of our own.
 */
import {
  COMPACT_FALSE,
  COMPACT_PROTOCOL_ID,
  COMPACT_TRUE,
  COMPACT_TYPES,
  COMPACT_VERSION,
} from './compact-writer';
import { Reader, ThriftError } from './reader';
import * as Type from './type';

/** Thrift's type id for each of the compact protocol's; STOP, which no value has, for the numbers it doesn't use. */
const TYPES = new Uint8Array(16);
COMPACT_TYPES.forEach((compact, type) => {
  if (compact > 0) TYPES[compact] = type;
});
TYPES[COMPACT_FALSE] = Type.BOOL;

export class CompactReader extends Reader {
  /** A field's BOOL is in its header. */
  private value = false;

  override field(previousId: number): boolean {
    const header = this.byte();
    if (header === 0) {
      this.fieldType = Type.STOP;
      return false;
    }
    const step = header >> 4;
    this.fieldType = TYPES[header & 0x0f]!;
    this.fieldId = step === 0 ? this.i16() : previousId + step;
    this.value = (header & 0x0f) === COMPACT_TRUE;
    return true;
  }

  override bool(): boolean {
    return this.value;
  }

  override i16(): number {
    return (this.i32() << 16) >> 16;
  }

  override i32(): number {
    const zigzag = this.varint32();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  override double(): number {
    return this.bytes.readDoubleLE(this.take(8));
  }

  override list(): number {
    const header = this.byte();
    const size = header >> 4;
    this.elementType = TYPES[header & 0x0f]!;
    return this.count(size === 15 ? this.varint32() >>> 0 : size);
  }

  override message(): string {
    if (this.byte() !== COMPACT_PROTOCOL_ID) throw new ThriftError('not a message of the compact protocol');
    const version = this.byte() & 0x1f;
    if (version !== COMPACT_VERSION) throw new ThriftError(`version ${version} of the compact protocol`);
    this.varint32();
    return this.string();
  }

  protected override map(): number {
    const size = this.count(this.varint32() >>> 0);
    const types = size === 0 ? 0 : this.byte();
    if (size > 0) {
      this.keyType = TYPES[types >> 4]!;
      this.elementType = TYPES[types & 0x0f]!;
    }
    return size;
  }

  protected override size(): number {
    return this.count(this.varint32() >>> 0);
  }

  override halves(): void {
    let low = 0;
    let high = 0;
    let shift = 0;
    for (;;) {
      const byte = this.byte();
      const bits = byte & 0x7f;
      if (shift < 32) low |= bits << shift;
      if (shift > 28) high |= bits << (shift - 32);
      else if (shift === 28) high |= bits >> 4;
      if (byte < 0x80) break;
      shift += 7;
      if (shift > 63) throw new ThriftError('an integer of more than 64 bits');
    }
    const sign = -(low & 1);
    this.low = ((low >>> 1) | (high << 31)) ^ sign;
    this.high = (high >>> 1) ^ sign;
  }

  protected override skipElementBool(): void {
    this.take(1);
  }

  private varint32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new ThriftError('an integer of more than 32 bits');
  }
}
