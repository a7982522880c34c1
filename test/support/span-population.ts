/**
 * Ended spans of every shape that the encoder may meet, made up from a seed: the same seed gives the same spans.
 */
import type { Attributes, AttributeValue, HrTime, Link, SpanStatus } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace-base';

/** A repeatable source of numbers; small, and random enough for tests. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** From 0 to below 1 (mulberry32). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  list<T>(length: number, make: () => T): T[] {
    return Array.from({ length }, make);
  }
}

const CHARACTERS = [
  ...'abcxyzABC019 -_./:?=%&"\\\'',
  '\0',
  '\n',
  '\x7f',
  '\x80',
  'ÿ',
  'é',
  'ß',
  'ж',
  '\u07ff',
  '\u0800',
  '漢',
  '\uffff',
  '😀',
  '👩‍👩‍👧',
  '\ud800',
  '\udfff',
  '\u2028',
];

const NUMBERS = [
  0,
  -0,
  1,
  -1,
  63,
  64,
  -64,
  -65,
  200,
  404,
  65_535,
  2 ** 30 - 1,
  2 ** 30,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  2 ** 32,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  2 ** 53,
  2 ** 63,
  -(2 ** 63),
  1e300,
  -1e300,
  0.1,
  -2.5,
  1e-7,
  Number.MAX_VALUE,
  Number.EPSILON,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];

const KEYS = [
  'http.request.method',
  'db.system.name',
  'url.path',
  'event',
  'error',
  'span.kind',
  'größe',
  'ключ',
];

export function randomText(random: Random): string {
  const sort = random.below(100);
  if (sort < 8) return '';
  if (sort < 60) return 'GET /users/:id'.slice(0, random.below(15)).padEnd(random.below(24), 'x');
  // Past the lengths at which a text's size takes another byte, or another way of encoding begins.
  if (sort === 99) return randomCharacters(random, 16_300 + random.below(200));
  if (sort > 96) return 'q'.repeat(random.below(400));
  if (sort > 80) return randomCharacters(random, 30 + random.below(120));
  return randomCharacters(random, random.below(30));
}

function randomCharacters(random: Random, length: number): string {
  return random.list(length, () => random.pick(CHARACTERS)).join('');
}

export function randomNumber(random: Random): number {
  if (random.chance(0.5)) return random.pick(NUMBERS);
  return random.chance(0.5) ? random.below(1_000_000) - 500_000 : (random.next() - 0.5) * 1e6;
}

/** Hexadecimal digits: random, or at the edges of a signed number of 64 bits. */
export function randomId(random: Random, digits: 16 | 32): string {
  if (digits === 32) return randomId(random, 16) + randomId(random, 16);
  if (random.chance(0.2)) {
    return random.pick([
      'ffffffffffffffff',
      '8000000000000000',
      '7fffffffffffffff',
      '0000000000000001',
      '00000000ffffffff',
      '0000000080000000',
      'ff00000000000000',
    ]);
  }
  return random.list(16, () => random.below(16).toString(16)).join('');
}

function randomValue(random: Random): AttributeValue {
  const sort = random.below(10);
  if (sort < 5) return randomText(random);
  if (sort < 7) return randomNumber(random);
  if (sort < 9) return random.chance(0.5);
  const length = random.below(6);
  return random.pick<() => AttributeValue>([
    () => random.list(length, () => (random.chance(0.2) ? null : randomText(random))),
    () => random.list(length, () => randomNumber(random)),
    () => random.list(length, () => random.chance(0.5)),
  ])();
}

export function randomAttributes(random: Random, most: number): Attributes {
  const attributes: Attributes = {};
  for (let count = random.below(most + 1); count > 0; count--) {
    const key = random.chance(0.3) ? random.pick(KEYS) : `${randomText(random).slice(0, 90)}.${count}`;
    attributes[key] = randomValue(random);
  }
  return attributes;
}

/** From 1970 to far from now, down to the nanosecond. */
function randomTime(random: Random): HrTime {
  const seconds = random.pick([0, 1, 1_700_000_000, 1_795_000_000, 4_102_444_800]) + random.below(1_000_000);
  return [seconds, random.pick([0, 1, 999, 1000, 999_999_999, random.below(1e9)])];
}

function randomEvent(random: Random): TimedEvent {
  const event: TimedEvent = { name: randomText(random), time: randomTime(random) };
  if (random.chance(0.8)) event.attributes = randomAttributes(random, 5);
  if (random.chance(0.3)) event.droppedAttributesCount = random.below(3);
  return event;
}

function randomLink(random: Random): Link {
  return {
    context: { traceId: randomId(random, 32), spanId: randomId(random, 16), traceFlags: random.below(2) },
    attributes: randomAttributes(random, 2),
  };
}

function randomStatus(random: Random): SpanStatus {
  const code = random.pick([0, 0, 0, 1, 2, 2]);
  return random.chance(0.5) ? { code } : { code, message: randomText(random) };
}

/** A resource as plain as the encoder sees it. */
export function plainResource(attributes: Attributes): Resource {
  return { attributes } as Resource;
}

export function randomSpan(random: Random, resource: Resource): ReadableSpan {
  const traceId = randomId(random, 32);
  const spanId = randomId(random, 16);
  const startTime = randomTime(random);
  const duration: HrTime = [random.chance(0.9) ? 0 : random.below(100_000), random.below(1e9)];
  const parent = random.chance(0.7) ? { traceId, spanId: randomId(random, 16), traceFlags: 1 } : undefined;
  const scopes = [{ name: 'http', version: '0.1.0' }, { name: 'größe' }, { name: '', version: '' }];
  return {
    name: randomText(random),
    kind: random.below(5),
    spanContext: () => ({ traceId, spanId, traceFlags: random.pick([0, 1, 1, 3]) }),
    ...(parent && { parentSpanContext: parent }),
    startTime,
    endTime: startTime,
    duration,
    status: randomStatus(random),
    attributes: randomAttributes(random, random.pick([0, 7, 7, 20, 100])),
    links: random.chance(0.2) ? random.list(random.pick([1, 2, 14, 15, 16]), () => randomLink(random)) : [],
    events: random.chance(0.3) ? random.list(random.pick([1, 2, 14, 15, 16]), () => randomEvent(random)) : [],
    ended: true,
    resource,
    instrumentationScope: random.pick(scopes),
    droppedAttributesCount: random.chance(0.1) ? random.below(300) : 0,
    droppedEventsCount: random.chance(0.1) ? random.below(300) : 0,
    droppedLinksCount: random.chance(0.1) ? random.below(300) : 0,
  };
}

/** All of one resource. */
export function spanPopulation(seed: number, count: number): ReadableSpan[] {
  const random = new Random(seed);
  const resource = plainResource({ 'service.name': 'größter shop', ...randomAttributes(random, 20) });
  return random.list(count, () => randomSpan(random, resource));
}
