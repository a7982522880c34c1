/**
 * Spans from a seed, fast enough for a million of them: texts, keys and numbers come from pools that are made anew for
 * each round, as real spans repeat theirs. Kept small, so that a packet holds one or hundreds.
 */
import type { Attributes, AttributeValue, HrTime } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { plainResource, type Random, randomId, randomNumber, randomText } from '../support/span-population';

const NO_LIST: never[] = [];
/** A round has fewer; spans start at a multiple of it, in seconds, and their number. */
const MOST_SPANS = 10_000;
/** Lengths at which a text's size takes another byte, or another way of copying begins; and far beyond a packet. */
const LENGTHS = [
  0, 1, 19, 20, 21, 71, 72, 73, 127, 128, 129, 508, 1_300, 16_383, 16_384, 64_900, 65_000, 70_000,
];

export class SpanGenerator {
  private readonly texts: string[];
  private readonly keys: string[];
  private readonly numbers: number[];
  private readonly ids: string[];
  private readonly values: AttributeValue[];
  readonly resources: Resource[];
  private readonly scopes: object[];
  /** Attributes of a span at most; few rounds have large spans, which take most of the time. */
  private readonly mostAttributes: number;
  private readonly longTexts: number;

  constructor(private readonly random: Random) {
    this.texts = random.list(150, () => randomText(random));
    const key = () => randomText(random).slice(0, 1 + random.below(90));
    this.keys = [...random.list(80, key), 'event', 'error', 'span.kind', '__proto__', 'constructor'];
    this.numbers = random.list(60, () => randomNumber(random));
    this.ids = random.list(50, () => randomId(random, 16));
    this.mostAttributes = random.chance(0.03) ? 128 : random.pick([0, 1, 2, 4, 4, 6, 8, 8, 12]);
    this.longTexts = random.pick([0, 0, 0, 0.0005, 0.002]);
    this.values = [
      ...random.list(30, () => random.list(random.below(6), () => random.pick(this.texts).slice(0, 100))),
      ...random.list(20, () => random.list(random.below(6), () => random.pick(this.numbers))),
      [true, false],
      [null, 'a', undefined],
    ];
    this.resources = random.list(1 + random.below(4), () => this.createResource());
    this.scopes = [
      { name: 'http', version: '0.1.0' },
      { name: random.pick(this.texts) },
      { name: '', version: random.pick(this.texts) },
      { name: '' },
    ];
  }

  /** The number of the span in its round, from its start in microseconds. */
  static indexOf(microseconds: number): number {
    return Math.floor(microseconds / 1e6) % MOST_SPANS;
  }

  /** @param index of the span in its round, below 10,000; its start tells it */
  span(resource: Resource, index: number): ReadableSpan {
    const { random } = this;
    const traceId = random.pick(this.ids) + random.pick(this.ids);
    const context = { traceId, spanId: this.id(), traceFlags: random.pick([0, 1, 1, 3]) };
    const parent = { traceId, spanId: random.pick(this.ids), traceFlags: 1 };
    const message = random.pick(this.texts);
    return {
      name: this.text(),
      kind: random.below(5),
      spanContext: () => context,
      ...(random.chance(0.7) && { parentSpanContext: parent }),
      startTime: this.time(index),
      endTime: [0, 0],
      duration: [random.chance(0.9) ? 0 : random.below(100_000), random.below(1e9)],
      status: { code: random.below(3), ...(random.chance(0.3) && { message }) },
      attributes: this.attributes(this.mostAttributes),
      links: random.chance(0.05) ? this.links(random.pick([1, 1, 2, 15, 16])) : NO_LIST,
      events: random.chance(0.1) ? this.events(random.pick([1, 1, 1, 2, 14, 15])) : NO_LIST,
      ended: true,
      resource,
      instrumentationScope: random.pick(this.scopes),
      droppedAttributesCount: random.chance(0.05) ? random.below(300) : 0,
      droppedEventsCount: random.chance(0.05) ? random.below(300) : 0,
      droppedLinksCount: random.chance(0.05) ? random.below(300) : 0,
    } as ReadableSpan;
  }

  private createResource(): Resource {
    const { random } = this;
    const attributes = this.attributes(random.pick([0, 3, 10, 40]));
    if (random.chance(0.8)) attributes['service.name'] = random.pick(this.texts);
    return plainResource(attributes);
  }

  private attributes(most: number): Attributes {
    const { random } = this;
    const attributes: Attributes = {};
    for (let count = most === 0 ? 0 : random.below(most + 1); count > 0; count--) {
      const key = random.pick(this.keys);
      // An object's own property of that name has to be defined.
      if (key === '__proto__')
        Object.defineProperty(attributes, key, { value: 'own', enumerable: true, configurable: true });
      else attributes[key] = this.value();
    }
    return attributes;
  }

  private value(): AttributeValue {
    const sort = this.random.below(20);
    if (sort < 10) return this.text();
    if (sort < 15) return this.random.pick(this.numbers);
    if (sort < 18) return this.random.chance(0.5);
    return this.random.pick(this.values);
  }

  private text(): string {
    const { random } = this;
    if (this.longTexts > 0 && random.chance(this.longTexts)) {
      return random.pick(['x', 'x', 'é', '漢', '\ud800']).repeat(random.pick(LENGTHS));
    }
    return random.pick(this.texts);
  }

  private id(): string {
    // Some are shorter, as other tracers make them.
    const id = this.random.pick(this.ids);
    return this.random.chance(0.02) ? id.slice(this.random.below(16)) : id;
  }

  private time(second: number): HrTime {
    const { random } = this;
    return [
      random.pick([0, 1_700_000_000, 1_795_000_000, 4_102_440_000]) + second,
      random.pick([0, 999, 1000, 999_999_999, random.below(1e9)]),
    ];
  }

  private links(length: number): object[] {
    const { random } = this;
    return random.list(length, () => ({
      context: { traceId: random.pick(this.ids) + this.id(), spanId: this.id(), traceFlags: 1 },
      attributes: { left: 'out' },
    }));
  }

  private events(length: number): object[] {
    const { random } = this;
    return random.list(length, () => ({
      name: random.pick(this.texts),
      time: this.time(random.below(MOST_SPANS)),
      ...(random.chance(0.8) && { attributes: this.attributes(2) }),
      ...(random.chance(0.3) && { droppedAttributesCount: random.below(3) }),
    }));
  }
}
