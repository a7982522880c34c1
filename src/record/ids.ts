/**
 * Makes trace and span ids: random, never all zeros; as text for the API, and as words for the encoder.
 * Fourth station of a span's way: a span begins.
 */

const NO_HIGH_HALF = '0'.repeat(16);

/** Random words, asked for in bulk: one call for 16 kB takes 7 µs, one for 4 kB 3 µs. */
const pool = new Int32Array(4096);
let used = pool.length;
/** Of `node:crypto`, whose sixteen files Node reads for it: 26 to 38 million instructions, for the first id only. */
let fill: ((words: Int32Array) => unknown) | undefined;

/** Character codes of the hexadecimal digits. */
const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** The words that `draw` drew last, for whoever takes them before anything else runs. */
export const last = { high: 0, low: 0 };

/** A trace id: as four words, the first digits first, and as text once somebody asks. */
export class TraceId {
  readonly word0: number;
  readonly word1: number;
  readonly word2: number;
  readonly word3: number;
  #text: string | undefined;

  /** @param text the same as 32 hexadecimal digits, where it is known */
  constructor(word0: number, word1: number, word2: number, word3: number, text?: string) {
    this.word0 = word0;
    this.word1 = word1;
    this.word2 = word2;
    this.word3 = word3;
    this.#text = text;
  }

  /** 32 hexadecimal digits. */
  get text(): string {
    this.#text ??=
      (this.word0 === 0 && this.word1 === 0 ? NO_HIGH_HALF : spanIdText(this.word0, this.word1)) +
      spanIdText(this.word2, this.word3);
    return this.#text;
  }

  /** Of 32 hexadecimal digits. */
  static of(text: string): TraceId {
    return new TraceId(wordOf(text, 0), wordOf(text, 8), wordOf(text, 16), wordOf(text, 24), text);
  }
}

/** A new trace id. @param short the first half zeros, for tracers that know 64 bits */
export function createTraceId(short = false): TraceId {
  let word0 = 0;
  let word1 = 0;
  if (!short) {
    draw();
    word0 = last.high;
    word1 = last.low;
  }
  draw();
  return new TraceId(word0, word1, last.high, last.low);
}

/** A new span id, 16 hexadecimal digits. */
export function createSpanId(): string {
  draw();
  return spanIdText(last.high, last.low);
}

/** Draws 64 random bits, not all zeros, into `last`. */
export function draw(): void {
  if (used === pool.length) refill();
  const high = pool[used++]!;
  const low = pool[used++]!;
  // The least likely words are no id: one bit makes them one.
  last.low = high === 0 && low === 0 ? 1 : low;
  last.high = high;
}

/** Has the first ids ready before a span asks for them, at a moment when nobody waits. */
export function prepareIds(): void {
  if (fill === undefined) refill();
}

function refill(): void {
  fill ??= (require('node:crypto') as typeof import('node:crypto')).randomFillSync;
  fill(pool);
  used = 0;
}

/** 32 bits, signed, from 8 hexadecimal digits of `text`, from `offset` on. */
export function wordOf(text: string, offset: number): number {
  let word = 0;
  for (let at = offset; at < offset + 8; at++) {
    const code = text.charCodeAt(at);
    // Letters have bit 6, and their low nibble counts from 1.
    word = (word << 4) | ((code & 15) + 9 * (code >> 6));
  }
  return word;
}

/** 16 hexadecimal digits of two words. One call with all characters takes a third of what `Buffer` takes. */
export function spanIdText(high: number, low: number): string {
  return String.fromCharCode(
    DIGITS[high >>> 28]!,
    DIGITS[(high >>> 24) & 15]!,
    DIGITS[(high >>> 20) & 15]!,
    DIGITS[(high >>> 16) & 15]!,
    DIGITS[(high >>> 12) & 15]!,
    DIGITS[(high >>> 8) & 15]!,
    DIGITS[(high >>> 4) & 15]!,
    DIGITS[high & 15]!,
    DIGITS[low >>> 28]!,
    DIGITS[(low >>> 24) & 15]!,
    DIGITS[(low >>> 20) & 15]!,
    DIGITS[(low >>> 16) & 15]!,
    DIGITS[(low >>> 12) & 15]!,
    DIGITS[(low >>> 8) & 15]!,
    DIGITS[(low >>> 4) & 15]!,
    DIGITS[low & 15]!,
  );
}
