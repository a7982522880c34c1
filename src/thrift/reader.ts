/**
 * The bytes of one message or body under a cursor, and what both Thrift protocols read alike.
 * After a span's way: any bytes at all give values or a `ThriftError`, in time and memory that their number bounds.
 */
import * as Type from './type';

/** The bytes are not what they should be: cut off, of another protocol, or not Thrift. */
export class ThriftError extends Error {
  override readonly name = 'ThriftError';
}

/** Structs and containers inside each other, in a field that is skipped; Jaeger's own model is 5 deep. */
const MAX_DEPTH = 32;

export abstract class Reader {
  position = 0;
  /** Thrift's type id of the field whose header was read last. */
  fieldType: number = Type.STOP;
  fieldId = 0;
  /** Thrift's type id of the elements of the list or set whose header was read last. */
  elementType: number = Type.STOP;
  /** Of the map whose header was read last. */
  protected keyType: number = Type.STOP;
  /** Halves of the 64 bits that `halves` has read, signed. */
  high = 0;
  low = 0;

  constructor(protected readonly bytes: Buffer) {}

  /**
   * Reads a field's header into `fieldType` and `fieldId`.
   * @param previousId the field before in the same struct, 0 for the first
   * @returns false at the struct's end
   */
  abstract field(previousId: number): boolean;
  /** The value of a field, right after its header. */
  abstract bool(): boolean;
  abstract i16(): number;
  abstract i32(): number;
  abstract double(): number;
  /** The header of a list or set: sets `elementType`, returns its size, which the bytes that are left can hold. */
  abstract list(): number;
  /** The header of a message: its name. The struct of its arguments follows. */
  abstract message(): string;
  /** Sets `keyType` and `elementType`, returns the number of pairs. */
  protected abstract map(): number;
  /** A byte count, before bytes or text. */
  protected abstract size(): number;
  /** Reads an I64 into `high` and `low`. */
  abstract halves(): void;
  /** Goes past a BOOL in a list. */
  protected abstract skipElementBool(): void;

  /** A bigint only beyond the safe integers. */
  i64(): number | bigint {
    this.halves();
    const value = this.high * 2 ** 32 + (this.low >>> 0);
    if (Number.isSafeInteger(value)) return value;
    return (BigInt(this.high) << 32n) | BigInt(this.low >>> 0);
  }

  /** 16 hexadecimal digits. */
  i64Hex(): string {
    this.halves();
    return hex32(this.high) + hex32(this.low);
  }

  /** Bytes that aren't UTF-8 become U+FFFD. */
  string(): string {
    const start = this.take(this.size());
    return this.bytes.toString('utf8', start, this.position);
  }

  /** Goes past text or bytes, up to the new `position`; @returns where they start. */
  past(): number {
    return this.take(this.size());
  }

  /** A copy. */
  binary(): Uint8Array {
    const start = this.take(this.size());
    return new Uint8Array(this.bytes.subarray(start, this.position));
  }

  /** Goes past a value whose field or element nobody asked for. */
  skip(type: number, depth = 0): void {
    if (depth > MAX_DEPTH) throw new ThriftError(`structs nested deeper than ${MAX_DEPTH}`);
    switch (type) {
      case Type.BOOL:
        this.bool();
        break;
      case Type.BYTE:
        this.take(1);
        break;
      case Type.I16:
        this.i16();
        break;
      case Type.I32:
        this.i32();
        break;
      case Type.I64:
        this.halves();
        break;
      case Type.DOUBLE:
        this.take(8);
        break;
      case Type.STRING:
        this.take(this.size());
        break;
      case Type.UUID:
        this.take(16);
        break;
      case Type.STRUCT:
        for (let id = 0; this.field(id); ) {
          id = this.fieldId;
          this.skip(this.fieldType, depth + 1);
        }
        break;
      case Type.LIST:
      case Type.SET: {
        const size = this.list();
        const { elementType } = this;
        for (let index = 0; index < size; index++) this.skipElement(elementType, depth);
        break;
      }
      case Type.MAP: {
        const size = this.map();
        const { keyType, elementType } = this;
        for (let index = 0; index < size; index++) {
          this.skipElement(keyType, depth);
          this.skipElement(elementType, depth);
        }
        break;
      }
      default:
        throw new ThriftError(`no type has the number ${type}`);
    }
  }

  /** Moves past `length` bytes; @returns where they start */
  protected take(length: number): number {
    const start = this.position;
    if (length > this.bytes.length - start)
      throw new ThriftError(`cut off: ${length} bytes wanted at ${start}`);
    this.position = start + length;
    return start;
  }

  protected byte(): number {
    if (this.position >= this.bytes.length) throw new ThriftError(`cut off at ${this.position}`);
    return this.bytes[this.position++]!;
  }

  /** Refuses a count that lies: each element takes at least one byte. */
  protected count(size: number): number {
    if (size < 0 || size > this.bytes.length - this.position) {
      throw new ThriftError(
        `${size} elements or bytes where ${this.bytes.length - this.position} bytes are left`,
      );
    }
    return size;
  }

  private skipElement(type: number, depth: number): void {
    if (type === Type.BOOL) this.skipElementBool();
    else this.skip(type, depth + 1);
  }
}

function hex32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
