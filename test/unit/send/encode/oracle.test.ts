/**
 * Compares our encoding with that of `@opentelemetry/exporter-jaeger`, tag by tag, and names each difference.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HrTime } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { BatchPacket } from '../../../../src/send/encode/batch-packet';
import { encodeProcess } from '../../../../src/send/encode/process-encoder';
import { oraclePackets } from '../../../support/oracle-exporter';
import { spanPopulation } from '../../../support/span-population';
import {
  decodeBatch,
  decodeEmitBatch,
  type PlainBatch,
  type PlainSpan,
  type PlainTag,
} from '../../../support/thrift-oracle';

const STATS = { fullQueueDroppedSpans: 1, tooLargeDroppedSpans: 2, failedToEmitSpans: 3 };
const VALUES = ['vStr', 'vDouble', 'vBool', 'vLong', 'vBinary'] as const;

interface Difference {
  /** Why ours isn't what `@opentelemetry/exporter-jaeger` sends. */
  reason: string;
  /** Makes of the oracle's span what ours should be. */
  apply(theirs: PlainSpan, span: ReadableSpan): void;
}

/** All differences there may be, in the order in which they apply. */
const DIFFERENCES: Difference[] = [
  {
    reason: 'a tag has one value, the one of its type; the oracle writes all five',
    apply(theirs) {
      for (const tag of allTags(theirs)) {
        for (const [type, name] of VALUES.entries()) if (type !== tag.vType) delete tag[name];
      }
    },
  },
  {
    reason: 'the specification has resources in the process; the oracle repeats them in each span',
    apply(theirs, span) {
      const library = theirs.tags!.findIndex((tag) => tag.key === 'otel.library.name');
      const count = Object.keys(span.resource.attributes).length;
      theirs.tags!.splice(library - count, count);
    },
  },
  {
    reason:
      'the scope goes by its names since specification 1.10, which Jaeger v2 reads; what it lacks has no tag',
    apply(theirs, span) {
      const { name, version } = span.instrumentationScope;
      const at = theirs.tags!.findIndex((tag) => tag.key === 'otel.library.name');
      const scope: PlainTag[] = [];
      if (name) scope.push({ key: 'otel.scope.name', vType: 0, vStr: name });
      if (version) scope.push({ key: 'otel.scope.version', vType: 0, vStr: version });
      theirs.tags!.splice(at, 2, ...scope.map((tag) => ({ ...tag, vStr: wellFormed(tag.vStr!) })));
    },
  },
  {
    reason:
      'an integer is a long, as it is through OTLP; the oracle has doubles, which Jaeger rounds to ten digits',
    apply(theirs) {
      for (const tag of allTags(theirs)) {
        if (tag.vType !== 1 || !Number.isSafeInteger(tag.vDouble)) continue;
        tag.vType = 3;
        tag.vLong = tag.vDouble! + 0;
        delete tag.vDouble;
      }
    },
  },
  {
    reason: 'the specification has arrays in JSON; the oracle joins them with commas',
    apply(theirs, span) {
      json(theirs.tags!.slice(0, Object.keys(span.attributes).length), span.attributes);
      for (const [index, event] of span.events.entries()) {
        const { fields } = theirs.logs![index]!;
        const attributes = event.attributes ?? {};
        json(fields.slice(1, 1 + Object.keys(attributes).length), attributes);
      }
    },
  },
  {
    reason: "the specification lets an attribute `event` go before the event's name; the oracle sends both",
    apply(theirs, span) {
      for (const [index, event] of span.events.entries()) {
        if (event.attributes?.event !== undefined) theirs.logs![index]!.fields.shift();
      }
    },
  },
  {
    reason: 'an event without a name has no field `event`, as in Jaeger v2; the oracle sends an empty one',
    apply(theirs, span) {
      for (const [index, event] of span.events.entries()) {
        if (event.name === '' && event.attributes?.event === undefined) theirs.logs![index]!.fields.shift();
      }
    },
  },
  {
    reason: 'a list of nothing is left out',
    apply(theirs) {
      for (const name of ['references', 'tags', 'logs'] as const) {
        if (theirs[name]?.length === 0) delete theirs[name];
      }
    },
  },
  {
    reason: "of W3C's flags only `sampled` passes: `random` would be Jaeger's `debug`",
    apply(theirs) {
      theirs.flags &= 1;
    },
  },
  {
    reason: "microseconds are exact; the oracle's pass through fractions of one number, and may be one off",
    apply(theirs, span) {
      theirs.startTime = near(theirs.startTime, span.startTime);
      theirs.duration = near(theirs.duration, span.duration);
      for (const [index, log] of (theirs.logs ?? []).entries()) {
        log.timestamp = near(log.timestamp, span.events[index]!.time);
      }
    },
  },
];

test("spans are the oracle's, field by field, but for the differences named here", async (t) => {
  const spans = spanPopulation(1, 2_500);
  const theirs = (await oraclePackets(spans)).flatMap((packet) => decodeEmitBatch(packet, 'binary').spans);
  assert.equal(theirs.length, spans.length);
  const used = new Set<Difference>();
  for (const [index, span] of theirs.entries()) {
    for (const difference of DIFFERENCES) {
      const before = used.has(difference) ? '' : text(span);
      difference.apply(span, spans[index]!);
      if (!used.has(difference) && text(span) !== before) used.add(difference);
    }
  }
  for (const { reason } of DIFFERENCES.filter((difference) => !used.has(difference))) {
    assert.fail(`no span shows that ${reason}`);
  }

  await t.test('compact, in messages', () =>
    compare(packets(spans, 'compact', 'message'), theirs, (packet) => decodeEmitBatch(packet, 'compact')),
  );
  await t.test('binary, in messages', () =>
    compare(packets(spans, 'binary', 'message'), theirs, (packet) => decodeEmitBatch(packet, 'binary')),
  );
  await t.test('binary, bare', () => compare(packets(spans, 'binary', 'bare'), theirs, decodeBatch));
});

test("resource attributes are the process's tags, but for the service's name", async () => {
  const [span] = spanPopulation(2, 1);
  const [packet] = packets([span!], 'compact', 'message');
  const { process } = decodeEmitBatch(packet!, 'compact');
  const theirs = decodeEmitBatch((await oraclePackets([span!]))[0]!, 'binary').spans[0]!;
  DIFFERENCES[0]!.apply(theirs, span!);
  const library = theirs.tags!.findIndex((tag) => tag.key === 'otel.library.name');
  const { attributes } = span!.resource;
  const count = Object.keys(attributes).length;
  const resource = { tags: theirs.tags!.slice(library - count, library) } as PlainSpan;
  json(resource.tags!, attributes);
  DIFFERENCES[3]!.apply(resource, span!);
  assert.equal(process.serviceName, 'größter shop');
  assert.deepEqual(
    process.tags,
    resource.tags!.filter((tag) => tag.key !== 'service.name'),
  );
  assert.ok(count > 5);
});

/** All spans in packets of ours; a span longer than the usual limit alone in one. */
function packets(
  spans: ReadableSpan[],
  protocol: 'compact' | 'binary',
  envelope: 'message' | 'bare',
): Buffer[] {
  const sent: Buffer[] = [];
  const packet = new BatchPacket({ protocol, envelope, maxBytes: 65_000 });
  const large = new BatchPacket({ protocol, envelope, maxBytes: 2 ** 24 });
  const process = encodeProcess(protocol, spans[0]!.resource.attributes);
  packet.setProcess(process);
  large.setProcess(process);
  const flush = (full: BatchPacket) => {
    if (full.spanCount > 0) sent.push(Buffer.from(full.finish({ seqNo: sent.length, stats: STATS })));
    full.reset();
  };
  for (const span of spans) {
    if (packet.append(span)) continue;
    flush(packet);
    if (packet.append(span)) continue;
    assert.ok(large.append(span));
    flush(large);
  }
  flush(packet);
  return sent;
}

function compare(sent: Buffer[], theirs: PlainSpan[], decode: (packet: Buffer) => PlainBatch): void {
  const batches = sent.map(decode);
  assert.deepEqual(
    batches.map(({ seqNo, stats }) => ({ seqNo, stats })),
    batches.map((_, seqNo) => ({ seqNo, stats: STATS })),
  );
  const ours = batches.flatMap((batch) => batch.spans);
  assert.equal(ours.length, theirs.length);
  for (const [index, span] of ours.entries()) assert.deepEqual(span, theirs[index], `span ${index}`);
}

function allTags(span: PlainSpan): PlainTag[] {
  return [...(span.tags ?? []), ...(span.logs ?? []).flatMap((log) => log.fields)];
}

function json(tags: PlainTag[], attributes: Record<string, unknown>): void {
  for (const [index, value] of Object.values(attributes).entries()) {
    if (Array.isArray(value)) tags[index]!.vStr = wellFormed(JSON.stringify(value));
  }
}

/** As UTF-8 brings it. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

function near(theirs: number | bigint, time: HrTime): number {
  const exact = Number((BigInt(time[0]) * 1_000_000_000n + BigInt(time[1])) / 1000n);
  assert.ok(Math.abs(Number(theirs) - exact) <= 1, `${theirs} is not near ${exact}`);
  return exact;
}

function text(span: PlainSpan): string {
  return JSON.stringify(span, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
}
