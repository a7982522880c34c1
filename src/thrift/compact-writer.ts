/**
 * Thrift's compact protocol, as agents take it on UDP port 6831: numbers as variable-length integers.
 * Sixth station of a span's way.
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
import * as Type from './type';
import { hexToInt32, Writer } from './writer';

export const COMPACT_PROTOCOL_ID = 0x82;
export const COMPACT_VERSION = 1;
export const COMPACT_TRUE = 1;
export const COMPACT_FALSE = 2;

/** The compact protocol's own type id for each of Thrift's; a BOOL in a list is written as TRUE. */
export const COMPACT_TYPES = new Uint8Array(17);
COMPACT_TYPES[Type.BOOL] = COMPACT_TRUE;
COMPACT_TYPES[Type.BYTE] = 3;
COMPACT_TYPES[Type.I16] = 4;
COMPACT_TYPES[Type.I32] = 5;
COMPACT_TYPES[Type.I64] = 6;
COMPACT_TYPES[Type.DOUBLE] = 7;
COMPACT_TYPES[Type.STRING] = 8;
COMPACT_TYPES[Type.LIST] = 9;
COMPACT_TYPES[Type.SET] = 10;
COMPACT_TYPES[Type.MAP] = 11;
COMPACT_TYPES[Type.STRUCT] = 12;
COMPACT_TYPES[Type.UUID] = 13;

/** Of an integer of 64 bits. */
const MOST_BYTES = 10;

/** 28 bits, with 7 of them in each byte and the highest bit of all four set. */
function spread(bits: number): number {
  const first = bits & 0x7f;
  const second = (bits << 1) & 0x7f00;
  const third = (bits << 2) & 0x7f0000;
  return first | second | third | ((bits << 3) & 0x7f000000) | 0x80808080;
}

export class CompactWriter extends Writer {
  override readonly protocol = 'compact';

  override field(type: number, id: number, previousId: number): void {
    this.header(COMPACT_TYPES[type]!, id, previousId);
  }

  override boolField(id: number, previousId: number, value: boolean): void {
    this.header(value ? COMPACT_TRUE : COMPACT_FALSE, id, previousId);
  }

  override i32(value: number): void {
    const whole = value | 0;
    this.varint32((whole << 1) ^ (whole >> 31));
  }

  override i64(value: number): void {
    // Counts and most durations: their zigzag form fits 31 bits.
    if (value >= 0 && value < 0x40000000) {
      this.varint32((value | 0) << 1);
    } else {
      this.split(value);
      this.i64Words(this.high, this.low);
    }
  }

  override i64Hex(text: string, offset: number): void {
    this.i64Words(hexToInt32(text, offset), hexToInt32(text, offset + 8));
  }

  /** Zigzag brings the sign to the lowest bit, so that small negative numbers stay short. */
  override i64Words(high: number, low: number): void {
    const sign = high >> 31;
    let upper = ((high << 1) | (low >>> 31)) ^ sign;
    let lower = (low << 1) ^ sign;
    let position = this.reserve(MOST_BYTES);
    if (upper >>> 17 !== 0) {
      this.longVarint(position, upper, lower);
      return;
    }
    const { buffer } = this;
    while (upper !== 0 || (lower & ~0x7f) !== 0) {
      buffer[position++] = (lower & 0x7f) | 0x80;
      lower = (lower >>> 7) | (upper << 25);
      upper >>>= 7;
    }
    buffer[position++] = lower;
    this.position = position;
  }

  override double(value: number): void {
    const position = this.reserve(8);
    this.view.setFloat64(position, value, true);
    this.position = position + 8;
  }

  override string(text: string): void {
    const { length } = text;
    if (this.isShort(text)) {
      const position = this.reserve(length + 1);
      if (this.shortAscii(text, position + 1)) {
        this.buffer[position] = length;
        this.position = position + 1 + length;
        return;
      }
    }
    this.longText(text);
  }

  override list(elementType: number, size: number): void {
    const type = COMPACT_TYPES[elementType]!;
    const position = this.reserve(1);
    this.position = position + 1;
    if (size < 15) {
      this.buffer[position] = (size << 4) | type;
    } else {
      this.buffer[position] = 0xf0 | type;
      this.varint32(size);
    }
  }

  override oneWayMessage(name: string, sequenceId: number): void {
    const position = this.reserve(2);
    this.buffer[position] = COMPACT_PROTOCOL_ID;
    this.buffer[position + 1] = (Type.ONE_WAY << 5) | COMPACT_VERSION;
    this.position = position + 2;
    this.varint32(sequenceId);
    this.string(name);
  }

  protected override size(bytes: number): void {
    this.varint32(bytes);
  }

  /**
   * Of 50 bits and more, as times and nearly all ids have: each store takes four bytes of 7 bits, the lowest first; all but the
   * last have their highest bit set.
   *
   *     upper 98888888777777766666665555555444    lower 44443333333222222211111110000000
   */
  private longVarint(position: number, upper: number, lower: number): void {
    const { view } = this;
    const middle = (lower >>> 28) | (upper << 4);
    view.setUint32(position, spread(lower), true);
    view.setUint32(position + 4, spread(middle), true);
    const ninth = (upper >>> 24) & 0x7f;
    const last = upper >>> 31;
    if (ninth === 0 && last === 0) {
      view.setUint8(position + 7, (upper >>> 17) & 0x7f);
      this.position = position + 8;
      return;
    }
    view.setUint16(position + 8, ninth | (last << 7) | (last << 8), true);
    this.position = position + 9 + last;
  }

  private header(compactType: number, id: number, previousId: number): void {
    const step = id - previousId;
    const position = this.reserve(1);
    this.position = position + 1;
    if (step > 0 && step <= 15) {
      this.buffer[position] = (step << 4) | compactType;
    } else {
      this.buffer[position] = compactType;
      this.i32(id);
    }
  }

  /** 7 bits a byte, the lowest first; all but the last have their highest bit set. */
  private varint32(value: number): void {
    let position = this.reserve(5);
    const { buffer } = this;
    let rest = value;
    while ((rest & ~0x7f) !== 0) {
      buffer[position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    buffer[position++] = rest;
    this.position = position;
  }
}
