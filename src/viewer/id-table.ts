/**
 * Trace ids to numbers: a hash table on words, since a string and a map entry for each span would cost more than its index.
 * After a span's way, in the viewer's store.
 */

/** Words of an id: 128 bits. */
const WORDS = 4;

export class IdTable {
  /** Row + 1 of each slot; 0 is empty. Linear probing, at most half full. */
  private slots = new Int32Array(2048);
  private words = new Int32Array(1024 * WORDS);
  private readonly free: number[] = [];
  private rows = 0;

  get size(): number {
    return this.rows - this.free.length;
  }

  /** Rows are below this. */
  get end(): number {
    return this.rows;
  }

  /** Bytes that it holds. */
  get bytes(): number {
    return 4 * (this.slots.length + this.words.length);
  }

  /** The row of an id, or -1. */
  find(a: number, b: number, c: number, d: number): number {
    return this.slots[this.slotOf(a, b, c, d)]! - 1;
  }

  /** The row of an id, which is added if it is new; rows of deleted ids are given again. */
  add(a: number, b: number, c: number, d: number): number {
    const slot = this.slotOf(a, b, c, d);
    const known = this.slots[slot]!;
    if (known !== 0) return known - 1;
    const row = this.free.pop() ?? this.rows++;
    const at = row * WORDS;
    if (at >= this.words.length) this.words = resized(this.words, 2 * this.words.length);
    this.words[at] = a;
    this.words[at + 1] = b;
    this.words[at + 2] = c;
    this.words[at + 3] = d;
    this.slots[slot] = row + 1;
    if (this.size * 2 > this.slots.length) this.rebuild(2 * this.slots.length);
    return row;
  }

  delete(row: number): void {
    const at = row * WORDS;
    const { words, slots } = this;
    let hole = this.slotOf(words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!);
    if (slots[hole] !== row + 1) return;
    this.free.push(row);
    const mask = slots.length - 1;
    // What probed past the hole moves into it, so that no look-up ends there too early.
    for (let slot = (hole + 1) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const home = this.home(slots[slot]! - 1) & mask;
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      slots[hole] = slots[slot]!;
      hole = slot;
    }
    slots[hole] = 0;
  }

  /** 32 hexadecimal digits. */
  hex(row: number): string {
    let text = '';
    for (let word = 0; word < WORDS; word++) text += hex32(this.words[row * WORDS + word]!);
    return text;
  }

  private slotOf(a: number, b: number, c: number, d: number): number {
    const { slots, words } = this;
    const mask = slots.length - 1;
    let slot = hashOf(a, b, c, d) & mask;
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const at = (slots[slot]! - 1) * WORDS;
      if (words[at + 3] === d && words[at + 2] === c && words[at + 1] === b && words[at] === a) break;
    }
    return slot;
  }

  private home(row: number): number {
    const { words } = this;
    const at = row * WORDS;
    return hashOf(words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!);
  }

  private rebuild(size: number): void {
    const before = this.slots;
    this.slots = new Int32Array(size);
    const mask = size - 1;
    for (const value of before) {
      if (value === 0) continue;
      let slot = this.home(value - 1) & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = value;
    }
  }
}

/** 32 bits from those of an id; ids may count upwards, so each word is spread. */
export function hashOf(a: number, b: number, c: number, d: number): number {
  let hash = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ b;
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35) ^ c;
  hash = Math.imul(hash ^ (hash >>> 13), 0x27d4eb2f) ^ d;
  hash = Math.imul(hash ^ (hash >>> 16), 0x165667b1);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** Eight hexadecimal digits. */
export function hex32(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}

/** 53 bits of an id tell the spans of one trace apart. */
export function idNumber(high: number, low: number): number {
  return (high & 0x1fffff) * 2 ** 32 + (low >>> 0);
}

/** The words of up to 32 hexadecimal digits, as Jaeger reads an id: zeros are put in front. */
export function wordsOf(id: string): [number, number, number, number] | undefined {
  if (!/^[\da-f]{1,32}$/i.test(id)) return undefined;
  const full = id.padStart(32, '0');
  const word = (index: number) => Number.parseInt(full.slice(8 * index, 8 * index + 8), 16) | 0;
  return [word(0), word(1), word(2), word(3)];
}

type Column = Int32Array | Uint32Array | Uint16Array | Uint8Array | Float64Array;

/** A copy of a column with room for `size` values, more or fewer. */
export function resized<T extends Column>(column: T, size: number): T {
  if (size <= column.length) return column.slice(0, size) as T;
  const larger = new (column.constructor as new (size: number) => T)(size);
  larger.set(column);
  return larger;
}
