/**
 * The fuzz of encoder and splitter: rounds of a batcher with its own packet size, queue, resources and transport, all
 * from the round's seed. Each packet is read with the npm `thrift` package when the transport is done with it.
 */
import assert from 'node:assert/strict';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { type Counters, createCounters } from '../../src/diagnostics/counters';
import { setLogWriter } from '../../src/diagnostics/log';
import { SpanBatcher } from '../../src/send/batch/span-batcher';
import { BatchPacket } from '../../src/send/encode/batch-packet';
import { encodeProcess } from '../../src/send/encode/process-encoder';
import { shortenProcess } from '../../src/send/encode/shorten-process';
import type { Done, LossCause, Transport } from '../../src/send/transport/transport';
import { servicesRequired } from '../support/cache';
import {
  type PlainBatch,
  type PlainSpan,
  type PlainTag,
  readBatch,
  readEmitBatch,
} from '../support/read-batch';
import { Random } from '../support/span-population';
import { compareProcess, compareSpan } from './span-comparison';
import { SpanGenerator } from './span-generator';

type Protocol = Transport['protocol'];
type Envelope = Transport['envelope'];

/** What a round of a random transport may do with a packet. */
const FATES: readonly (LossCause | undefined)[] = [
  undefined,
  undefined,
  undefined,
  'unresolved',
  'refused',
  'rejected',
  'tooLarge',
  'shutdown',
];

/** Bounds of a packet: what every IP host takes, and what a Jaeger agent does. */
const SMALLEST = 508;
const LARGEST = 65_000;

interface Sent {
  readonly index: number;
  readonly bytes: Buffer;
  readonly spans: number;
  readonly done: Done;
}

interface Seen {
  /** Undefined until the transport is done with it. */
  readonly batch: PlainBatch | undefined;
  /** What the batcher had counted when it sent this. */
  readonly before: Readonly<Counters>;
}

/** Keeps packets for as long as it likes, and looks into each before it lets it go. */
class RandomTransport implements Transport {
  readonly #waiting: Sent[] = [];
  #sent = 0;
  /** In the order of sending. */
  readonly seen: Seen[] = [];
  /** Kept for the end of the round: the batcher would contain what a transport throws. */
  readonly failures: unknown[] = [];
  readonly lost = new Map<LossCause | undefined, number>();

  constructor(
    private readonly random: Random,
    private readonly counters: Counters,
    readonly protocol: Protocol,
    readonly envelope: Envelope,
    readonly maxBytes: number,
    /** Packets that it holds at most. */
    private readonly patience: number,
    private readonly loses: boolean,
  ) {}

  get waiting(): number {
    return this.#waiting.length;
  }

  send(bytes: Buffer, spans: number, done: Done): void {
    if (bytes.length > this.maxBytes)
      this.failures.push(
        new Error(`a packet of ${bytes.length} bytes, where ${this.maxBytes} are the limit`),
      );
    const index = this.#sent++;
    this.seen.push({ batch: undefined, before: { ...this.counters } });
    this.#waiting.push({ index, bytes, spans, done });
    while (this.#waiting.length > this.patience) this.finishOne();
  }

  /** Any of them: nothing that came later may have changed its bytes. */
  finishOne(): void {
    const [{ index, bytes, spans, done }] = this.#waiting.splice(this.random.below(this.waiting), 1) as [
      Sent,
    ];
    try {
      const batch =
        this.envelope === 'bare' ? readBatch(bytes, this.protocol) : readEmitBatch(bytes, this.protocol);
      assert.equal(batch.spans.length, spans, 'the spans that a packet holds are those it was said to hold');
      this.seen[index] = { ...this.seen[index]!, batch };
    } catch (error) {
      this.failures.push(error);
    }
    const lost = this.loses ? this.random.pick(FATES) : undefined;
    this.lost.set(lost, (this.lost.get(lost) ?? 0) + spans);
    done(lost);
  }

  prepare(): void {}
  hold(): void {}
  drainNow(): void {}
  close(): void {}
}

/**
 * With REQUIRE_SERVICES=1, as CI runs, half a million for each of the two protocols, whose files run beside each other;
 * else what a newcomer can wait for. `FUZZ_SPANS` for longer hunts.
 */
export const SPANS = Number(process.env.FUZZ_SPANS ?? (servicesRequired ? 500_000 : 20_000));

/** Runs rounds until they have ended that many spans. @throws with the command that repeats the failed round alone */
export function fuzz(file: string, protocol: Protocol, envelopes: readonly Envelope[]): number {
  setLogWriter(() => {});
  const first = Number(process.env.FUZZ_SEED ?? 1);
  const most = Number(process.env.FUZZ_ROUNDS ?? Number.POSITIVE_INFINITY);
  let ended = 0;
  for (let round = 0; ended < SPANS && round < most; round++) {
    const seed = first + round;
    try {
      ended += runRound(new Random(seed), protocol, envelopes);
    } catch (error) {
      const command = `FUZZ_SEED=${seed} FUZZ_ROUNDS=1 npx tsx --test ${file}`;
      // Where a packet is no Thrift, the place of the failure says more than the package's messages.
      const what = error instanceof assert.AssertionError ? error.message : ((error as Error).stack ?? error);
      throw new Error(
        `round ${round}, seed ${seed}: ${what}
To repeat it: ${command}
`,
        { cause: error },
      );
    }
  }
  return ended;
}

function runRound(random: Random, protocol: Protocol, envelopes: readonly Envelope[]): number {
  const generator = new SpanGenerator(random);
  const counters = createCounters();
  // As many small limits as large ones, and both ends.
  const place = random.chance(0.1) ? random.below(2) : random.next();
  const transport = new RandomTransport(
    random,
    counters,
    protocol,
    random.pick(envelopes),
    Math.round(SMALLEST * (LARGEST / SMALLEST) ** place),
    random.pick([0, 0, 1, 3, 10, 1000]),
    random.chance(0.3),
  );
  const batcher = new SpanBatcher({
    transport,
    counters,
    encodeProcess: (resource: Resource) => encodeProcess(protocol, resource.attributes),
    maxBatchSize: random.pick([1, 2, 14, 15, 16, 127, 128, 512, 4096]),
    maxQueueSize: random.pick([20, 500, 8192]),
    maxQueueBytes: random.pick([2_000, 100_000, 32 << 20]),
  });

  const ended: ReadableSpan[] = [];
  const changes = random.pick([0, 0.001, 0.02, 0.5]);
  let resource = random.pick(generator.resources);
  for (let count = 200 + random.below(1_800); count > 0; count--) {
    if (random.chance(changes)) resource = random.pick(generator.resources);
    const span = generator.span(resource, ended.length);
    ended.push(span);
    batcher.append(span);
    if (random.chance(0.002)) batcher.flush();
    if (random.chance(0.01) && transport.waiting > 0) transport.finishOne();
  }
  let idle = false;
  batcher.whenIdle(() => {
    idle = true;
  });
  while (transport.waiting > 0) transport.finishOne();
  if (transport.failures.length > 0) throw transport.failures[0];
  assert.ok(idle, 'the batcher is idle when its transport is');
  check(ended, transport, counters);
  return ended.length;
}

function check(ended: readonly ReadableSpan[], transport: RandomTransport, counters: Counters): void {
  const { seen, lost } = transport;
  const arrived = new Set<ReadableSpan>();
  let shortened = 0;
  let last = -1;
  let before = { fullQueueDroppedSpans: 0, tooLargeDroppedSpans: 0, failedToEmitSpans: 0 };
  for (const [index, { batch: read, before: counted }] of seen.entries()) {
    const batch = read!;
    assert.equal(batch.seqNo, index + 1, 'sequence numbers are consecutive');
    const stats = batch.stats as typeof before;
    assert.equal(stats.fullQueueDroppedSpans, counted.droppedQueueFull, 'what the queue dropped so far');
    assert.equal(stats.tooLargeDroppedSpans, counted.droppedTooLarge, 'what was too large so far');
    assert.ok(stats.failedToEmitSpans >= before.failedToEmitSpans, 'what failed so far');
    before = stats;
    for (const read of batch.spans) {
      // The generator gives each span of a round a second of its own.
      const place = SpanGenerator.indexOf(Number(read.startTime));
      assert.ok(place > last, `span ${place} after span ${last}`);
      last = place;
      const span = ended[place]!;
      if (!compared(read, span, transport)) shortened++;
      if (read === batch.spans[0] && isWhole(span.resource, transport))
        compareProcess(batch.process, span.resource);
      assert.equal(span.resource, ended[SpanGenerator.indexOf(Number(batch.spans[0]!.startTime))]!.resource);
      arrived.add(span);
    }
  }

  const missing = ended.filter((span) => !arrived.has(span));
  const large = missing.filter((span) => !fitsAlone(span, transport)).length;
  const loses = (cause?: LossCause) => lost.get(cause) ?? 0;
  const tooLarge = counters.droppedTooLarge - loses('tooLarge');
  assert.ok(tooLarge >= 0 && tooLarge <= large, 'only what no packet has room for is counted as too large');
  assert.deepEqual(
    counters,
    {
      ...counters,
      ended: ended.length,
      sent: loses(),
      // Of large spans, those that fitted when they were shortened may have been lost with the queue.
      shortened: shortened + large - tooLarge,
      droppedQueueFull: missing.length - tooLarge,
      droppedUnencodable: 0,
      droppedUnresolved: loses('unresolved'),
      droppedRefused: loses('refused'),
      droppedRejected: loses('rejected'),
      droppedAtShutdown: loses('shutdown'),
    },
    'each span that did not arrive is counted by its cause',
  );
}

/** @returns false for one that was too large for a packet, and is there with less */
function compared(read: PlainSpan, span: ReadableSpan, transport: Transport): boolean {
  try {
    compareSpan(read, span);
    return true;
  } catch (error) {
    if (!(isMarked(read) || isBare(read) || hasLongNames(span)) || fitsAlone(span, transport)) throw error;
    const { traceId, spanId } = span.spanContext();
    assert.equal(read.traceIdHigh + read.traceIdLow, traceId.padStart(32, '0'));
    assert.equal(read.spanId, spanId.padStart(16, '0'));
    return false;
  }
}

/** Whether it says that something was cut or left out. */
function isMarked({ tags = [], logs = [] }: PlainSpan): boolean {
  const says = ({ key }: PlainTag) => key.endsWith('.truncated') || /^otel\.(event\.)?dropped_/.test(key);
  return tags.some(says) || logs.some((log) => log.fields.some(says));
}

/** Where nothing else has room, neither has a mark. */
function isBare({ tags = [], references, logs }: PlainSpan): boolean {
  return !references && !logs && tags.every(({ key }) => /^(error|span\.kind|otel\.status_code)$/.test(key));
}

/** Those of events and scopes are cut to 128 bytes without a mark. */
function hasLongNames({ events, instrumentationScope: { name, version = '' } }: ReadableSpan): boolean {
  return [...events.map((event) => event.name), name, version].some((text) => Buffer.byteLength(text) > 128);
}

function fitsAlone(span: ReadableSpan, { protocol, envelope, maxBytes }: Transport): boolean {
  const packet = new BatchPacket({ protocol, envelope, maxBytes });
  packet.setProcess(processOf(span.resource, protocol, maxBytes));
  return packet.append(span);
}

function isWhole(resource: Resource, { protocol, maxBytes }: Transport): boolean {
  const whole = encodeProcess(protocol, resource.attributes);
  return processOf(resource, protocol, maxBytes).length === whole.length;
}

/** As the batcher has it: a large process leaves some of its tags out. */
function processOf(resource: Resource, protocol: Protocol, maxBytes: number): Uint8Array {
  const encode = ({ attributes }: Resource) => encodeProcess(protocol, attributes);
  return shortenProcess(resource, encode, protocol, maxBytes / 3 - 100);
}
