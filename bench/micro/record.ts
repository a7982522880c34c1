/**
 * What starting and ending a span of seven attributes costs, ours against the SDK's, interleaved in one process:
 * `npx tsx bench/micro/record.ts`.
 */
import { ROOT_CONTEXT, type Tracer, trace } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  ParentBasedSampler,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { BaggageNotes } from '../../src/record/baggage-notes';
import { TracerProvider } from '../../src/record/tracer-provider';

const TRACES = 5_000;
const CHILDREN = 20;
const ROUNDS = 9;

const sink: SpanProcessor = {
  onStart() {},
  onEnd() {},
  async forceFlush() {},
  async shutdown() {},
};
const sampler = new ParentBasedSampler({ root: new AlwaysOnSampler() });
const sdk = new BasicTracerProvider({ sampler, spanProcessors: [sink] });
const ours = new TracerProvider({
  resource: emptyResource(),
  sampler,
  limits: {
    attributeCountLimit: 128,
    eventCountLimit: 128,
    linkCountLimit: 128,
    attributePerEventCountLimit: 128,
    attributePerLinkCountLimit: 128,
    attributeValueLengthLimit: Number.POSITIVE_INFINITY,
  },
  processor: sink,
  surroundings: {
    flagsOf: () => 0,
    followsParent: true,
    baggage: new BaggageNotes({ tags: [], logs: true }),
  },
});

const tracers: Record<string, Tracer> = {
  "SDK's": sdk.getTracer('bench'),
  "ours, for the application's spans": ours.getTracer('bench'),
  "ours, for our patches' spans": ours.createTrustedTracer('bench', '1'),
};
const measured: Record<string, number[]> = {};
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, tracer] of Object.entries(tracers)) {
    const before = process.cpuUsage();
    for (let index = 0; index < TRACES; index++) makeTrace(tracer);
    const { user, system } = process.cpuUsage(before);
    measured[name] ??= [];
    measured[name].push((user + system) / TRACES / (CHILDREN + 1));
  }
}
// The first rounds compile.
const median = (values: number[]) => values.slice(2).sort((a, b) => a - b)[(ROUNDS - 2) >> 1]!;
const base = median(measured["SDK's"]!);
for (const [name, values] of Object.entries(measured)) {
  const value = median(values);
  console.log(`${name}: ${value.toFixed(2)} µs CPU a span, ${(base / value).toFixed(1)} times less`);
}

function makeTrace(tracer: Tracer): void {
  const root = tracer.startSpan('root', {}, ROOT_CONTEXT);
  const context = trace.setSpan(ROOT_CONTEXT, root);
  for (let index = 0; index < CHILDREN; index++) {
    const attributes = {
      'db.system.name': 'postgresql',
      'db.namespace': 'shop',
      'db.operation.name': 'SELECT',
      'db.query.text': 'SELECT * FROM orders WHERE id = $1',
      'server.address': 'localhost',
    };
    const span = tracer.startSpan('SELECT orders', { kind: 2, attributes }, context);
    span.setAttribute('db.response.returned_rows', 1);
    span.setAttribute('network.peer.port', 5432);
    span.end();
  }
  root.end();
}
