/**
 * Thrift's binary protocol, as agents take it on UDP port 6832 and collectors by HTTP: everything at fixed width.
 * Sixth station of a span's way.
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-binary-protocol.md
 */
import * as Type from './type';
import { hexToInt32, Writer } from './writer';

/** The first two bytes of a message in its "strict" form, which is the only one that we write and read. */
export const BINARY_VERSION_1 = 0x80010000 | 0;

export class BinaryWriter extends Writer {
  override readonly protocol = 'binary';

  override field(type: number, id: number, _previousId: number): void {
    const position = this.reserve(3);
    const { buffer } = this;
    buffer[position] = type;
    buffer[position + 1] = id >> 8;
    buffer[position + 2] = id;
    this.position = position + 3;
  }

  override boolField(id: number, previousId: number, value: boolean): void {
    this.field(Type.BOOL, id, previousId);
    const position = this.reserve(1);
    this.buffer[position] = value ? 1 : 0;
    this.position = position + 1;
  }

  override i32(value: number): void {
    const position = this.reserve(4);
    this.view.setInt32(position, value);
    this.position = position + 4;
  }

  override i64(value: number): void {
    this.split(value);
    this.i64Words(this.high, this.low);
  }

  override i64Hex(text: string, offset: number): void {
    this.i64Words(hexToInt32(text, offset), hexToInt32(text, offset + 8));
  }

  override i64Words(high: number, low: number): void {
    const position = this.reserve(8);
    this.view.setInt32(position, high);
    this.view.setInt32(position + 4, low);
    this.position = position + 8;
  }

  override double(value: number): void {
    const position = this.reserve(8);
    this.view.setFloat64(position, value);
    this.position = position + 8;
  }

  override string(text: string): void {
    const { length } = text;
    if (this.isShort(text)) {
      const position = this.reserve(length + 4);
      if (this.shortAscii(text, position + 4)) {
        this.view.setInt32(position, length);
        this.position = position + 4 + length;
        return;
      }
    }
    this.longText(text);
  }

  override list(elementType: number, size: number): void {
    const position = this.reserve(5);
    this.buffer[position] = elementType;
    this.view.setInt32(position + 1, size);
    this.position = position + 5;
  }

  override oneWayMessage(name: string, sequenceId: number): void {
    this.i32(BINARY_VERSION_1 | Type.ONE_WAY);
    this.string(name);
    this.i32(sequenceId);
  }

  protected override size(bytes: number): void {
    this.i32(bytes);
  }
}
