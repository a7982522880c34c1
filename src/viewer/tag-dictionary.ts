/**
 * The distinct texts and tags of one segment, numbered, so that a span's tags are numbers and a search compares those.
 * After a span's way, in the viewer's store; values stay where they are in the segment's bytes.
 */
import { TAG_TYPE } from '../thrift/jaeger';
import { resized } from './id-table';

/** Longer texts are hashed by their first and last bytes and their length: SQL differs there soon enough. */
const HASHED_BYTES = 64;

/** What a span learns from one of its tags. Kinds are numbered from 1 in `KINDS`, in bits 1 to 3. */
export const ERROR = 1;
const KIND_SHIFT = 1;
const KIND_MASK = 7 << KIND_SHIFT;
export const KINDS = ['', 'internal', 'server', 'client', 'producer', 'consumer'] as const;

/** A span's kind as its place in `KINDS`. */
export function kindOf(flags: number): number {
  return (flags & KIND_MASK) >> KIND_SHIFT;
}

export class TagDictionary {
  /** Distinct keys, decoded: there are few. */
  readonly keys: string[] = [];
  readonly keyNumbers = new Map<string, number>();
  count = 0;
  /** Of each tag: its key's number; its type; for text and bytes where they are and how long, else its 64 bits. */
  key = new Uint32Array(256);
  type = new Uint8Array(256);
  first = new Int32Array(256);
  second = new Int32Array(256);
  /** ERROR and kind, for the span that has this tag. */
  effect = new Uint8Array(256);
  private hashes = new Int32Array(256);
  private slots = new Int32Array(512);
  /** Key numbers by the hash of their bytes; a second key of the same hash is found by its text. */
  private readonly keysByHash = new Map<number, { number: number; at: number; length: number }>();

  constructor(private readonly owner: { readonly arena: Buffer }) {}

  get bytes(): number {
    return this.key.length * 14 + (this.hashes.length + this.slots.length) * 4;
  }

  /** The bytes that texts are in. */
  get arena(): Buffer {
    return this.owner.arena;
  }

  /** Gives back what only adding needs. */
  seal(): void {
    this.key = this.key.slice(0, this.count);
    this.type = this.type.slice(0, this.count);
    this.first = this.first.slice(0, this.count);
    this.second = this.second.slice(0, this.count);
    this.effect = this.effect.slice(0, this.count);
    this.hashes = new Int32Array(0);
    this.slots = new Int32Array(0);
    this.keysByHash.clear();
  }

  /** The number of the key at these bytes. */
  keyAt(at: number, length: number): number {
    const hash = this.hashBytes(at, length);
    const known = this.keysByHash.get(hash);
    if (known !== undefined && known.length === length && this.same(known.at, at, length))
      return known.number;
    const text = this.owner.arena.toString('utf8', at, at + length);
    let number = this.keyNumbers.get(text);
    if (number === undefined) {
      number = this.keys.length;
      this.keys.push(text);
      this.keyNumbers.set(text, number);
    }
    if (known === undefined) this.keysByHash.set(hash, { number, at, length });
    return number;
  }

  /** The number of a tag; `first` and `second` as in the columns. */
  tag(key: number, type: number, first: number, second: number): number {
    const isText = type === TAG_TYPE.string || type === TAG_TYPE.binary;
    const value = isText ? this.hashBytes(first, second) : Math.imul(first, 0x85ebca6b) ^ second;
    let hash = Math.imul(value ^ (value >>> 15), 0xc2b2ae35) ^ Math.imul(key * 8 + type + 1, 0x27d4eb2f);
    hash ^= hash >>> 16;
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (; this.slots[slot] !== 0; slot = (slot + 1) & mask) {
      const other = this.slots[slot]! - 1;
      if (this.hashes[other] !== hash || this.key[other] !== key || this.type[other] !== type) continue;
      if (this.second[other] !== second) continue;
      if (isText ? this.same(this.first[other]!, first, second) : this.first[other] === first) return other;
    }
    return this.insert(slot, hash, key, type, first, second);
  }

  /** A tag's value, as text. */
  text(tag: number): string {
    const first = this.first[tag]!;
    const second = this.second[tag]!;
    const type = this.type[tag];
    if (type === TAG_TYPE.string) return this.owner.arena.toString('utf8', first, first + second);
    if (type === TAG_TYPE.bool) return first === 1 ? 'true' : 'false';
    if (type === TAG_TYPE.long) return String((BigInt(first) << 32n) | BigInt(second >>> 0));
    if (type === TAG_TYPE.double) return String(float(first, second));
    return this.owner.arena.toString('base64', first, first + second);
  }

  /** Whether a tag of text has this value, or begins with it. */
  isText(tag: number, bytes: Uint8Array, begins = false): boolean {
    const { length } = bytes;
    const own = this.second[tag]!;
    if (begins ? own < length : own !== length) return false;
    const first = this.first[tag]!;
    const { arena } = this.owner;
    for (let index = 0; index < length; index++) if (arena[first + index] !== bytes[index]) return false;
    return true;
  }

  /**
   * Whether a tag's value has this part, which is ASCII in small letters; undefined where only its text can tell.
   */
  hasPart(tag: number, part: Uint8Array): boolean | undefined {
    if (this.type[tag] !== TAG_TYPE.string) return undefined;
    const { arena } = this.owner;
    const start = this.first[tag]!;
    const end = start + this.second[tag]!;
    const { length } = part;
    let found = false;
    for (let at = start; at < end; at++) {
      if (arena[at]! >= 0x80) return undefined;
      if (found || at + length > end) continue;
      let same = 0;
      while (same < length && small(arena[at + same]!) === part[same]) same++;
      found = same === length;
    }
    return found;
  }

  /** A tag's value as a number; NaN where it isn't one. */
  number(tag: number): number {
    const type = this.type[tag];
    if (type === TAG_TYPE.long) return this.first[tag]! * 2 ** 32 + (this.second[tag]! >>> 0);
    if (type === TAG_TYPE.double) return float(this.first[tag]!, this.second[tag]!);
    if (type !== TAG_TYPE.string || this.second[tag]! > 30 || this.second[tag] === 0) return Number.NaN;
    // Words are no numbers, and there may be many: only Infinity begins with a letter.
    const begin = this.owner.arena[this.first[tag]!]!;
    if (begin > 0x39 && begin < 0x80 && begin !== 0x49) return Number.NaN;
    return Number(this.text(tag));
  }

  /** Forgets tags from number `count` on, and nothing of the keys: for a batch that turned out malformed. */
  truncate(count: number): void {
    // A key's bytes may have been in what is dropped.
    this.keysByHash.clear();
    if (count === this.count) return;
    this.count = count;
    this.rebuild(this.slots.length);
  }

  private insert(
    slot: number,
    hash: number,
    key: number,
    type: number,
    first: number,
    second: number,
  ): number {
    const tag = this.count++;
    if (tag === this.key.length) this.grow(2 * tag);
    this.key[tag] = key;
    this.type[tag] = type;
    this.first[tag] = first;
    this.second[tag] = second;
    this.hashes[tag] = hash;
    this.effect[tag] = this.effectOf(tag);
    this.slots[slot] = tag + 1;
    if (2 * this.count > this.slots.length) this.rebuild(2 * this.slots.length);
    return tag;
  }

  private effectOf(tag: number): number {
    const key = this.keys[this.key[tag]!];
    if (key === 'error') return this.text(tag) === 'true' ? ERROR : 0;
    if (key === 'otel.status_code') return this.text(tag).toUpperCase() === 'ERROR' ? ERROR : 0;
    // The older HTTP conventions have no other sign of it.
    if (key === 'http.status_code') return this.number(tag) >= 500 ? ERROR : 0;
    if (key !== 'span.kind') return 0;
    return Math.max(0, KINDS.indexOf(this.text(tag) as (typeof KINDS)[number])) << KIND_SHIFT;
  }

  private hashBytes(at: number, length: number): number {
    const { arena } = this.owner;
    let hash = 0x811c9dc5 ^ length;
    const end = at + (length > HASHED_BYTES ? HASHED_BYTES / 2 : length);
    for (let index = at; index < end; index++) hash = Math.imul(hash ^ arena[index]!, 0x01000193);
    if (length > HASHED_BYTES) {
      for (let index = at + length - HASHED_BYTES / 2; index < at + length; index++)
        hash = Math.imul(hash ^ arena[index]!, 0x01000193);
    }
    return hash;
  }

  private same(a: number, b: number, length: number): boolean {
    const { arena } = this.owner;
    for (let index = 0; index < length; index++) if (arena[a + index] !== arena[b + index]) return false;
    return true;
  }

  private grow(size: number): void {
    this.key = resized(this.key, size);
    this.type = resized(this.type, size);
    this.first = resized(this.first, size);
    this.second = resized(this.second, size);
    this.effect = resized(this.effect, size);
    this.hashes = resized(this.hashes, size);
  }

  private rebuild(size: number): void {
    this.slots = new Int32Array(size);
    const mask = size - 1;
    for (let tag = 0; tag < this.count; tag++) {
      let slot = this.hashes[tag]! & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = tag + 1;
    }
  }
}

/** ASCII's capitals as small letters; any other byte as it is. */
export function small(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte;
}

const scratch = new DataView(new ArrayBuffer(8));

/** The words of a double. */
export function words(value: number): { first: number; second: number } {
  scratch.setFloat64(0, value);
  return { first: scratch.getInt32(0), second: scratch.getInt32(4) };
}

function float(first: number, second: number): number {
  scratch.setInt32(0, first);
  scratch.setInt32(4, second);
  return scratch.getFloat64(0);
}
