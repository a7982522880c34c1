/**
 * Makes a span fit that is too large for any packet: its largest values are cut, and each cut value is marked.
 * Sixth station of a span's way: beside it, for the rare span that `BatchPacket.append` has refused.
 *
 * `<key>.truncated` beside a cut value holds its size in bytes before. Where cutting values is not enough, events,
 * then links, then attributes go, and are counted as the SDK counts what its own limits drop.
 */
import type { AttributeValue, Link } from '@opentelemetry/api';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace-base';
import type { Protocol } from '../../thrift/type';
import { toText } from './tag-encoder';

/** One attribute: text and bytes can be cut, everything else has a few bytes. */
interface Entry {
  readonly key: string;
  readonly value: unknown;
  /** Bytes of the value. */
  readonly size: number;
}

interface Event {
  readonly event: TimedEvent;
  readonly name: string;
  readonly entries: readonly Entry[];
  /** Attributes left out. */
  readonly left: number;
}

/** What is kept, and how long values may be. */
interface Kept {
  attributes: readonly Entry[];
  events: readonly Event[];
  links: readonly Link[];
}

/** Bytes around values, rounded up. */
const COSTS = {
  compact: { span: 120, tag: 10, event: 16, link: 36, marker: 24 },
  binary: { span: 200, tag: 26, event: 24, link: 60, marker: 44 },
} as const;

const MARK = '.truncated';
/** Before values are cut shorter than this, whole events, links and attributes go. */
const SHORTEST = 24;
/** A name or key is longer only by mistake; attributes with such a key go. */
const LONGEST_NAME = 128;
const DESCRIPTION = 'otel.status_description';
const NAME = 'span.name';
/** A number or boolean, at most. */
const PLAIN = 10;

/**
 * @param bytes that the span may have
 * @param fits tries one; how much is cut is an estimate before
 * @returns whether one fitted
 */
export function shortenSpan(
  span: ReadableSpan,
  protocol: Protocol,
  bytes: number,
  fits: (shorter: ReadableSpan) => boolean,
): boolean {
  const name = toText(span.name);
  const { code, message } = span.status;
  const attributes = entriesOf(span.attributes);
  // Both are cut like an attribute, and marked like one.
  const description = entry(DESCRIPTION, message ? toText(message) : '');
  const title = entry(NAME, name);
  const scopeMarks = scopeEntries(span)
    .filter(({ size }) => size > LONGEST_NAME)
    .map(mark);
  const kept: Kept = { attributes, events: span.events.map(eventOf), links: span.links };
  const shorten = (cap: number): ReadableSpan => {
    const shorter: Record<string, unknown> = Object.create(null);
    const marks: Entry[] = [];
    const longest = Math.min(Math.max(cap, SHORTEST), LONGEST_NAME);
    if (title.size > longest) marks.push(mark(title));
    if (description.size > cap) marks.push(mark(description));
    marks.push(...scopeMarks);
    addEntries(shorter, [...kept.attributes, ...marks], cap);
    return {
      ...plain(span),
      name: cut(name, longest) as string,
      status: { code, message: cut(description.value, cap) as string },
      attributes: shorter as ReadableSpan['attributes'],
      events: kept.events.map((event) => shortenEvent(event, cap)),
      links: [...kept.links],
      droppedAttributesCount:
        (span.droppedAttributesCount || 0) + Object.keys(span.attributes).length - kept.attributes.length,
      droppedEventsCount: (span.droppedEventsCount || 0) + span.events.length - kept.events.length,
      droppedLinksCount: (span.droppedLinksCount || 0) + span.links.length - kept.links.length,
    };
  };
  for (;;) {
    const most = capFor(kept, title, description, protocol, bytes);
    // The estimate may be a little high: keys that take more bytes, or sizes that do.
    if (most < SHORTEST && fits(shorten(SHORTEST))) return true;
    for (let cap = most; cap >= SHORTEST && cap > most / 2; cap = Math.floor(cap * 0.8)) {
      if (fits(shorten(cap))) return true;
    }
    // The last ones stay: what went wrong is told at the end.
    if (kept.events.length > 0) kept.events = kept.events.slice(Math.ceil(kept.events.length / 2));
    else if (kept.links.length > 0) kept.links = kept.links.slice(0, kept.links.length >> 1);
    else if (kept.attributes.length > 0)
      kept.attributes = kept.attributes.slice(0, kept.attributes.length >> 1);
    else return fits(shorten(SHORTEST)) || fits(bare(shorten(0)));
  }
}

/** What is left where nearly nothing has room: times, ids, kind and status. */
function bare(span: ReadableSpan): ReadableSpan {
  return {
    ...span,
    attributes: {},
    status: { code: span.status.code },
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    instrumentationScope: { name: '' },
  };
}

/** The longest that values may be, so that all of them together have no more than `bytes`; below 0 for none. */
function capFor(kept: Kept, title: Entry, description: Entry, protocol: Protocol, bytes: number): number {
  const costs = COSTS[protocol];
  const all: Entry[] = [...kept.attributes, description, title];
  let fixed = costs.span + kept.events.length * costs.event + kept.links.length * costs.link;
  for (const { name, entries } of kept.events) {
    const title = byteLength(name);
    fixed += costs.tag + Math.min(title, LONGEST_NAME) + (title > LONGEST_NAME ? costs.marker : 0);
    for (const each of entries) all.push(each);
  }
  const keys = all.map(({ key }) => byteLength(key));
  for (const key of keys) fixed += costs.tag + key;
  const total = (cap: number): number => {
    let sum = fixed;
    for (let index = 0; index < all.length; index++) {
      const { size } = all[index]!;
      sum += size <= cap ? size : cap + keys[index]! + costs.marker;
    }
    return sum;
  };
  let low = -1;
  let high = bytes;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (total(middle) <= bytes) low = middle;
    else high = middle - 1;
  }
  return low;
}

function entriesOf(attributes: object | undefined): Entry[] {
  const entries: Entry[] = [];
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (byteLength(key) <= LONGEST_NAME) entries.push(entry(key, value));
  }
  return entries;
}

function entry(key: string, value: unknown): Entry {
  if (typeof value === 'number' || typeof value === 'boolean') return { key, value, size: PLAIN };
  if (value instanceof Uint8Array) return { key, value, size: value.length };
  const text = toText(value);
  return { key, value: text, size: byteLength(text) };
}

function eventOf(event: TimedEvent): Event {
  const entries = entriesOf(event.attributes);
  const left = Object.keys(event.attributes ?? {}).length - entries.length;
  return { event, name: toText(event.name), entries, left };
}

function shortenEvent({ event, name, entries, left }: Event, cap: number): TimedEvent {
  const attributes: Record<string, unknown> = Object.create(null);
  addEntries(attributes, entries, cap);
  const title = entry('event', name);
  if (title.size > LONGEST_NAME) addEntries(attributes, [mark(title)], cap);
  return {
    ...event,
    name: cut(name, LONGEST_NAME) as string,
    attributes: attributes as TimedEvent['attributes'] & object,
    droppedAttributesCount: (event.droppedAttributesCount ?? 0) + left,
  };
}

function addEntries(to: Record<string, unknown>, entries: readonly Entry[], cap: number): void {
  for (const each of entries) {
    if (each.size <= cap || each.size <= PLAIN) {
      to[each.key] = each.value;
    } else {
      to[each.key] = cut(each.value, cap);
      to[each.key + MARK] = each.size;
    }
  }
}

function mark({ key, size }: Entry): Entry {
  return { key: key + MARK, value: size, size: PLAIN };
}

/** At most so many bytes of the beginning of a text or of bytes; characters stay whole. */
function cut(value: unknown, bytes: number): AttributeValue | Uint8Array {
  if (value instanceof Uint8Array) return value.subarray(0, Math.max(0, bytes));
  const text = value as string;
  if (byteLength(text) <= bytes) return text;
  const encoded = Buffer.from(text.slice(0, Math.max(0, bytes)), 'utf8');
  let end = Math.min(Math.max(0, bytes), encoded.length);
  // Bytes 10…… continue a character.
  if (end < encoded.length) while (end > 0 && (encoded[end]! & 0xc0) === 0x80) end--;
  return encoded.toString('utf8', 0, end);
}

function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** Spans of the SDK's 1.x line have it under another name. */
function scopeOf(span: ReadableSpan): ReadableSpan['instrumentationScope'] | undefined {
  const { instrumentationLibrary } = span as {
    instrumentationLibrary?: ReadableSpan['instrumentationScope'];
  };
  return span.instrumentationScope ?? instrumentationLibrary;
}

/** As they are encoded: tags of the span. */
function scopeEntries(span: ReadableSpan): Entry[] {
  const scope = scopeOf(span);
  return [
    entry('otel.scope.name', toText(scope?.name ?? '')),
    entry('otel.scope.version', toText(scope?.version ?? '')),
  ];
}

/** What the encoder reads of a span beside what is cut; a span of the SDK is an object with getters. */
function plain(span: ReadableSpan): ReadableSpan {
  const { parentSpanId, jaegerFlags } = span as ReadableSpan & {
    parentSpanId?: string;
    jaegerFlags?: number;
  };
  const scope = scopeOf(span);
  return {
    spanContext: () => span.spanContext(),
    ...(span.parentSpanContext && { parentSpanContext: span.parentSpanContext }),
    ...(parentSpanId !== undefined && { parentSpanId }),
    ...(jaegerFlags !== undefined && { jaegerFlags }),
    kind: span.kind,
    startTime: span.startTime,
    endTime: span.endTime,
    duration: span.duration,
    ended: span.ended,
    resource: span.resource,
    ...(scope && {
      instrumentationScope: {
        name: cut(toText(scope.name ?? ''), LONGEST_NAME) as string,
        version: cut(toText(scope.version ?? ''), LONGEST_NAME) as string,
      },
    }),
  } as ReadableSpan;
}
