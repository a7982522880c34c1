/**
 * Jaeger's query API over the store, so that Jaeger's own page and Grafana can sit on the viewer.
 * After a span's way. What it answers is compared with real Jaeger's in test/viewer/.
 */
import type { ServerResponse } from 'node:http';
import { parseDuration } from './api/duration';
import { clip, envelope, HttpError, sendJson } from './http-server';
import { wordsOf } from './id-table';
import { decodeTrace, jsonTrace } from './jaeger-trace';
import { operations, services } from './known-names';
import { metricsApi } from './metrics-api';
import { otlpOf } from './otlp-answer';
import { findTraces } from './search';
import { integer, jaegerSearch } from './search-parameters';
import { serviceMap } from './statistics';
import type { Store } from './store';

const DEPENDENCIES_LOOKBACK_MILLISECONDS = 24 * 3600 * 1000;

/** @returns false where nothing is at this path */
export async function jaegerApi(store: Store, response: ServerResponse, url: URL): Promise<boolean> {
  const { pathname, searchParams: query } = url;
  const now = Date.now() * 1000;
  const send = (data: unknown[] | null, total = 0, errors: unknown[] | null = null) =>
    sendJson(response, envelope(data, errors, total), 200, query.get('prettyPrint') === 'true');
  const parts = pathname.split('/').slice(2).map(decoded);
  if (parts[0] === 'v3') return jaegerApiV3(store, response, parts.slice(1), query, now);
  const [first, second, last] = parts;
  if (first === 'services' && parts.length === 1) {
    const names = services(store);
    send(names, names.length);
  } else if (first === 'services' && parts.length === 3 && last === 'operations') {
    const names = [...new Set((await operations(store, second!, '')).map(({ name }) => name))];
    // Jaeger says null here where there are none.
    send(names.length > 0 ? names : null, names.length);
  } else if (first === 'operations' && parts.length === 1) {
    const service = query.get('service') ?? '';
    if (service === '') throw new HttpError(400, "parameter 'service' is required");
    const found = await operations(store, service, query.get('spanKind') ?? '');
    send(found, found.length);
  } else if (first === 'traces' && parts.length === 1) {
    const ids = query.getAll('traceID');
    if (ids.length > 0) {
      const known = ids.map((id) => ({ id: checked(id), trace: store.find(id) }));
      const errors = known
        .filter(({ trace }) => trace < 0)
        .map(({ id }) => ({ msg: 'trace not found', traceID: id.padStart(32, '0') }));
      const traces = known.filter(({ trace }) => trace >= 0);
      send(
        traces.map(({ trace }) => jsonTrace(store, trace)),
        0,
        errors.length > 0 ? errors : null,
      );
    } else {
      const { traces } = await findTraces(store, jaegerSearch(query, now));
      send(traces.map((trace) => jsonTrace(store, trace, now)));
    }
  } else if (first === 'traces' && parts.length === 2) {
    const trace = store.find(checked(second!));
    if (trace < 0) throw new HttpError(404, 'trace not found');
    send([jsonTrace(store, trace, now, query.get('raw') === 'true')]);
  } else if (first === 'dependencies' && parts.length === 1) {
    const end = (integer(query, 'endTs') ?? now / 1000) * 1000;
    const lookback = (integer(query, 'lookback') ?? DEPENDENCIES_LOOKBACK_MILLISECONDS) * 1000;
    const { edges } = await serviceMap(store, { condition: undefined, start: end - lookback, end });
    const service = query.get('service') ?? '';
    const links = edges
      .filter(({ parent, child }) => service === '' || parent === service || child === service)
      .map(({ parent, child, count }) => ({ parent, child, callCount: count }));
    send(links);
  } else if (first === 'metrics' && parts.length === 2) return metricsApi(store, response, second!, query);
  else return false;
  return true;
}

/** The third version, whose answers are OTLP. @returns false where nothing is at this path */
async function jaegerApiV3(
  store: Store,
  response: ServerResponse,
  parts: string[],
  query: URLSearchParams,
  now: number,
): Promise<boolean> {
  const [first, id] = parts;
  if (first === 'services' && parts.length === 1) sendJson(response, { services: services(store) });
  else if (first === 'operations' && parts.length === 1) {
    const kind = query.get('span_kind') ?? query.get('spanKind') ?? '';
    sendJson(response, { operations: await operations(store, query.get('service') ?? '', kind) });
  } else if (first === 'traces' && parts.length === 2) {
    const trace = store.find(checked(id!));
    if (trace < 0) throw new HttpError(404, 'trace not found');
    sendJson(response, { result: otlpOf(decodeTrace(store, trace)) });
  } else if (first === 'traces' && parts.length === 1) {
    const { traces } = await findTraces(store, jaegerSearch(parametersOfV3(query), now));
    sendJson(response, { result: otlpOf(traces.flatMap((trace) => decodeTrace(store, trace))) });
  } else return false;
  return true;
}

/** `query.service_name`, `query.start_time_min=2026-…Z`, … as the older API names them. */
function parametersOfV3(query: URLSearchParams): URLSearchParams {
  const old = new URLSearchParams();
  const names: Record<string, string> = {
    service_name: 'service',
    operation_name: 'operation',
    start_time_min: 'start',
    start_time_max: 'end',
    duration_min: 'minDuration',
    duration_max: 'maxDuration',
    search_depth: 'limit',
    num_traces: 'limit',
    attributes: 'tags',
  };
  for (const [key, value] of query) {
    const plain = key.replace(/^query\./, '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const name = names[plain];
    if (name === undefined || value === '') continue;
    if (name === 'start' || name === 'end') {
      const time = Date.parse(value);
      if (Number.isNaN(time)) throw new HttpError(400, `malformed parameter ${key}: ${clip(value)}`);
      old.set(name, String(time * 1000));
    } else if (name.endsWith('Duration') && parseDuration(value) === undefined)
      throw new HttpError(400, `malformed parameter ${key}: ${clip(value)}`);
    else old.set(name, value);
  }
  if (!old.has('service')) throw new HttpError(400, 'malformed parameter query.service_name: it is required');
  return old;
}

function checked(id: string): string {
  if (wordsOf(id) === undefined) throw new HttpError(400, `no trace id: ${clip(id)}`);
  return id.toLowerCase();
}

function decoded(part: string): string {
  try {
    // As Jaeger does, which takes a plus for a space here.
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch {
    throw new HttpError(400, `the path holds ${clip(part)}`);
  }
}
