/**
 * What makes searches in a closed segment's tags fast: values by key, as one text in small letters, and the spans of each.
 * After a span's way, in the viewer's store: made once nothing is added to the segment any more.
 */
import { TAG_TYPE } from '../thrift/jaeger';
import type { RowSet } from './row-set';
import { small, type TagDictionary } from './tag-dictionary';

/** Behind each value: no UTF-8 has this byte, so that no value is found across two. */
const SEPARATOR = 0xff;

/** Which spans have which tags: of span `row`, `list` from `start[row]` to `start[row + 1]`. */
interface TagsOfRows {
  readonly list: Uint32Array;
  readonly start: Uint32Array;
}

export class TagIndex {
  /** Tags' numbers by key, and in the order of their numbers within one. */
  readonly order: Uint32Array;
  /** Where each key's tags begin in `order`. */
  readonly keyStart: Uint32Array;
  private readonly text: Buffer;
  /** Where the value of each of `order` begins in `text`. */
  private readonly textStart: Uint32Array;
  private readonly rows: Uint16Array | Uint32Array;
  /** Where the rows of each tag, by its number, begin in `rows`. */
  private readonly rowStart: Uint32Array;

  /** @param of whose tags these are; without, only values are looked for */
  constructor(dictionary: TagDictionary, of?: TagsOfRows) {
    const { count, key, keys } = dictionary;
    this.order = new Uint32Array(count);
    this.keyStart = startsOf(key, count, Math.max(1, keys.length));
    const next = this.keyStart.slice();
    for (let tag = 0; tag < count; tag++) this.order[next[key[tag]!]!++] = tag;
    this.textStart = new Uint32Array(count + 1);
    this.text = this.texts(dictionary);
    const { list, start } = of ?? NO_ROWS;
    this.rowStart = startsOf(list, list.length, of === undefined ? 0 : count);
    const last = this.rowStart.slice();
    const spans = start.length - 1;
    this.rows = spans <= 65_536 ? new Uint16Array(list.length) : new Uint32Array(list.length);
    for (let row = 0; row < spans; row++)
      for (let index = start[row]!; index < start[row + 1]!; index++) this.rows[last[list[index]!]!++] = row;
  }

  get bytes(): number {
    const { order, keyStart, text, textStart, rows, rowStart } = this;
    const numbers = order.length + keyStart.length + textStart.length + rowStart.length;
    return 4 * numbers + text.length + rows.byteLength;
  }

  /** Calls back for each tag, or each of one key. */
  eachTag(key: number | undefined, visit: (tag: number) => void): void {
    const [from, to] = this.range(key);
    for (let at = from; at < to; at++) visit(this.order[at]!);
  }

  /** Calls back for each tag, of all keys or of one, whose value has this part, which is in small letters. */
  eachWith(part: Buffer, key: number | undefined, visit: (tag: number) => void): void {
    const [from, to] = this.range(key);
    const { text, textStart, order } = this;
    const end = textStart[to]!;
    for (let at = from; at < to; ) {
      const found = text.indexOf(part, textStart[at]!);
      if (found < 0 || found >= end) return;
      at = this.valueAt(found, at, to);
      // Where many values in a row have it, looking at each is faster than a call for each.
      do visit(order[at++]!);
      while (at < to && this.has(at, part));
    }
  }

  /** Adds the spans that have a tag. */
  addRows(tag: number, to: RowSet): void {
    const end = this.rowStart[tag + 1]!;
    for (let at = this.rowStart[tag]!; at < end; at++) to.add(this.rows[at]!);
  }

  private range(key: number | undefined): [from: number, to: number] {
    return key === undefined ? [0, this.order.length] : [this.keyStart[key]!, this.keyStart[key + 1]!];
  }

  /** Which of `order` has the byte at `position` in its value. */
  private valueAt(position: number, from: number, to: number): number {
    const { textStart } = this;
    let low = from;
    let high = to - 1;
    // Mostly near: first in steps that double.
    for (let step = 1; low + step < high && textStart[low + step]! <= position; step *= 2) low += step;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (textStart[middle]! <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private has(at: number, part: Buffer): boolean {
    const { text, textStart } = this;
    const last = textStart[at + 1]! - 1 - part.length;
    const first = part[0]!;
    const { length } = part;
    for (let start = textStart[at]!; start <= last; start++) {
      if (text[start] !== first) continue;
      let same = 1;
      while (same < length && text[start + same] === part[same]) same++;
      if (same === length) return true;
    }
    return false;
  }

  private texts(dictionary: TagDictionary): Buffer {
    const { order, textStart } = this;
    const { arena, first, second, type } = dictionary;
    let text = Buffer.allocUnsafeSlow(1024);
    let used = 0;
    const room = (bytes: number): void => {
      if (used + bytes < text.length) return;
      const larger = Buffer.allocUnsafeSlow(2 * (used + bytes));
      larger.set(text.subarray(0, used));
      text = larger;
    };
    for (let at = 0; at < order.length; at++) {
      const tag = order[at]!;
      textStart[at] = used;
      const isText = type[tag] === TAG_TYPE.string;
      let position = first[tag]!;
      const end = isText ? position + second[tag]! : position;
      room(end - position + 1);
      for (; position < end; position++) {
        const byte = arena[position]!;
        if (byte >= 0x80) break;
        text[used++] = small(byte);
      }
      if (!isText || position < end) {
        // Numbers, and letters beyond ASCII.
        used = textStart[at]!;
        const other = Buffer.from(dictionary.text(tag).toLowerCase());
        room(other.length + 1);
        text.set(other, used);
        used += other.length;
      }
      text[used++] = SEPARATOR;
    }
    textStart[order.length] = used;
    const exact = Buffer.allocUnsafeSlow(used);
    exact.set(text.subarray(0, used));
    return exact;
  }
}

const NO_ROWS: TagsOfRows = { list: new Uint32Array(0), start: new Uint32Array(1) };

/** Where each number's entries begin once they are in order; one more than there are numbers. */
function startsOf(numbers: Uint32Array, count: number, distinct: number): Uint32Array {
  const starts = new Uint32Array(distinct + 1);
  for (let index = 0; index < count; index++) starts[numbers[index]! + 1]!++;
  for (let number = 0; number < distinct; number++) starts[number + 1]! += starts[number]!;
  return starts;
}
