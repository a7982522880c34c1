/** Traces that the shop doesn't make: an N+1 query, a clock that is wrong, a missing parent, idle time, 10,000 spans. */
import type { ApiSpan, ApiTag, ApiTrace } from '../../src/viewer/ui/model/jaeger-trace';

/** A quarter of an hour ago: within the hour that the page looks back. */
const EPOCH = (Date.now() - 900_000) * 1000;

export interface Part {
  id: string;
  parent?: string;
  process: string;
  name: string;
  /** Microseconds from the trace's start. */
  at: number;
  takes: number;
  tags?: Record<string, unknown>;
}

const TYPES: Record<string, string> = { boolean: 'bool', number: 'float64' };

export function traceOf(traceID: string, parts: Part[]): ApiTrace {
  const processes: ApiTrace['processes'] = {};
  for (const { process } of parts)
    processes[process] = {
      serviceName: process,
      tags: [{ key: 'hostname', type: 'string', value: `${process}-1` }],
    };
  return { traceID, spans: parts.map((part) => spanOf(traceID, part)), processes, warnings: null };
}

function spanOf(traceID: string, { id, parent, process, name, at, takes, tags = {} }: Part): ApiSpan {
  return {
    traceID,
    spanID: id,
    operationName: name,
    references: parent === undefined ? [] : [{ refType: 'CHILD_OF', traceID, spanID: parent }],
    startTime: EPOCH + at,
    duration: takes,
    tags: Object.entries(tags).map(
      ([key, value]): ApiTag => ({ key, type: TYPES[typeof value] ?? 'string', value }),
    ),
    logs: [],
    processID: process,
    warnings: null,
  };
}

/** A span's id as the viewer writes it, filled up with zeros. */
export const idOf = (id: string) => id.padStart(16, '0');

const SELECT = {
  'span.kind': 'client',
  'db.system.name': 'postgresql',
  'db.query.summary': 'SELECT prices',
  'db.query.text': "SELECT price FROM prices WHERE product = $1 AND currency = 'EUR' LIMIT 1",
};

/** Nine equal queries one after another, a server whose clock is 5 s ahead, and a consumer 30 s later. */
export const puzzle = traceOf('a0000000000000000000000000000001', [
  {
    id: 'a1',
    process: 'web',
    name: 'GET /cart',
    at: 0,
    takes: 90_000,
    tags: { 'span.kind': 'server', 'sampler.type': 'probabilistic', 'sampler.param': 0.25 },
  },
  ...Array.from(
    { length: 9 },
    (_, i): Part => ({
      id: `b${i}`,
      parent: 'a1',
      process: 'web',
      name: 'SELECT prices',
      at: 4000 + i * 5000,
      takes: 4000,
      tags: SELECT,
    }),
  ),
  {
    id: 'c1',
    parent: 'a1',
    process: 'web',
    name: 'GET',
    at: 50_000,
    takes: 20_000,
    tags: { 'span.kind': 'client', 'http.request.method': 'GET', 'url.full': "http://stock:8080/it's" },
  },
  {
    id: 'c2',
    parent: 'c1',
    process: 'stock',
    name: 'GET /stock',
    at: 5_050_000,
    takes: 10_000,
    tags: { 'span.kind': 'server', error: true },
  },
  {
    id: 'd1',
    parent: 'a1',
    process: 'mailer',
    name: 'process orders',
    at: 30_000_000,
    takes: 50_000,
    tags: { 'span.kind': 'consumer' },
  },
]);

/** A server whose caller never reported. */
export const orphan = traceOf('a0000000000000000000000000000002', [
  {
    id: 'e1',
    parent: 'ffff',
    process: 'stock',
    name: 'GET /stock',
    at: 0,
    takes: 10_000,
    tags: { 'span.kind': 'server' },
  },
]);

const hex = (i: number) => (i + 1).toString(16);

/** 10,000 spans, 40 deep in places. */
export const large = traceOf(
  'a0000000000000000000000000000003',
  Array.from({ length: 10_000 }, (_, i): Part => {
    const parent = i === 0 ? undefined : hex(i % 40 === 0 ? 0 : i - 1);
    const at = i === 0 ? 0 : Math.floor(i / 40) * 4000 + (i % 40) * 10;
    return {
      id: hex(i),
      parent,
      process: `service-${i % 7}`,
      name: `step ${i}`,
      at,
      takes: i === 0 ? 1_100_000 : 4000 - (i % 40) * 50,
    };
  }),
);

/** A span with events, the later first, as clients may send them. */
export const noted = ((): ApiTrace => {
  const trace = traceOf('a0000000000000000000000000000004', [
    { id: 'f1', process: 'web', name: 'GET /noted', at: 0, takes: 10_000 },
  ]);
  const event = (at: number, text: string) => ({
    timestamp: EPOCH + at,
    fields: [{ key: 'event', type: 'string', value: text }],
  });
  trace.spans[0]!.logs = [event(5000, 'retried'), event(1000, 'cache missed')];
  return trace;
})();
