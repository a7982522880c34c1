/**
 * A set of a segment's rows, one bit each: what a search's conditions make and join, 32 rows at a time.
 * After a span's way: between the conditions and the spans that are shown.
 */
export class RowSet {
  private readonly words: Uint32Array;

  /** @param count rows are below this */
  constructor(readonly count: number) {
    this.words = new Uint32Array((count + 31) >>> 5);
  }

  static where(count: number, holds: (row: number) => boolean): RowSet {
    const set = new RowSet(count);
    const { words } = set;
    for (let word = 0, row = 0; word < words.length; word++) {
      const end = Math.min(count, row + 32);
      let bits = 0;
      for (let bit = 0; row < end; row++, bit++) if (holds(row)) bits |= 1 << bit;
      words[word] = bits;
    }
    return set;
  }

  /** Rows whose number in a column is marked with 1: a loop without calls, for what most searches ask. */
  static marked(count: number, column: Uint8Array | Uint16Array | Uint32Array, marks: Uint8Array): RowSet {
    const set = new RowSet(count);
    const { words } = set;
    for (let word = 0, row = 0; word < words.length; word++) {
      const end = Math.min(count, row + 32);
      let bits = 0;
      for (let bit = 0; row < end; row++, bit++) bits |= marks[column[row]!]! << bit;
      words[word] = bits;
    }
    return set;
  }

  add(row: number): void {
    this.words[row >>> 5]! |= 1 << (row & 31);
  }

  has(row: number): boolean {
    return row < this.count && (this.words[row >>> 5]! & (1 << (row & 31))) !== 0;
  }

  /** Keeps what the other has as well. */
  and({ words }: RowSet): this {
    for (let word = 0; word < words.length; word++) this.words[word]! &= words[word]!;
    return this;
  }

  or({ words }: RowSet): this {
    for (let word = 0; word < words.length; word++) this.words[word]! |= words[word]!;
    return this;
  }

  not(): this {
    const { words, count } = this;
    for (let word = 0; word < words.length; word++) words[word] = ~words[word]!;
    // Bits behind the last row stay unset.
    if ((count & 31) !== 0) words[words.length - 1]! &= (1 << (count & 31)) - 1;
    return this;
  }

  each(visit: (row: number) => void): void {
    const { words } = this;
    for (let word = 0; word < words.length; word++) {
      for (let bits = words[word]!; bits !== 0; ) {
        const bit = 31 - Math.clz32(bits & -bits);
        visit((word << 5) + bit);
        bits &= bits - 1;
      }
    }
  }
}
