/**
 * Reads Thrift's binary protocol, as it comes on UDP port 6832 and by HTTP.
 * After a span's way: for receivers of our own.
 */
import { BINARY_VERSION_1 } from './binary-writer';
import { Reader, ThriftError } from './reader';
import * as Type from './type';

export class BinaryReader extends Reader {
  override field(_previousId: number): boolean {
    this.fieldType = this.byte();
    if (this.fieldType === Type.STOP) return false;
    this.fieldId = this.i16();
    return true;
  }

  override bool(): boolean {
    return this.byte() !== 0;
  }

  override i16(): number {
    return this.bytes.readInt16BE(this.take(2));
  }

  override i32(): number {
    return this.bytes.readInt32BE(this.take(4));
  }

  override double(): number {
    return this.bytes.readDoubleBE(this.take(8));
  }

  override list(): number {
    this.elementType = this.byte();
    return this.count(this.i32());
  }

  override message(): string {
    const version = this.i32() & 0xffff0000;
    if (version !== BINARY_VERSION_1) throw new ThriftError('not a message of the binary protocol');
    const name = this.string();
    this.i32();
    return name;
  }

  protected override map(): number {
    this.keyType = this.byte();
    this.elementType = this.byte();
    return this.count(this.i32());
  }

  protected override size(): number {
    return this.count(this.i32());
  }

  override halves(): void {
    const start = this.take(8);
    this.high = this.bytes.readInt32BE(start);
    this.low = this.bytes.readInt32BE(start + 4);
  }

  protected override skipElementBool(): void {
    this.take(1);
  }
}
