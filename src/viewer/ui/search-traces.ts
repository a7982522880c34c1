/** Finds traces: with the viewer's own search, or on plain Jaeger by asking for each service and matching here. */

import { parseQuery, QueryError } from '../api/query-language';
import { ApiError, apiUrl, ask, askExtra } from './api';
import { buildTrace } from './model/build-trace';
import { parseDuration } from './model/duration';
import type { ApiTrace } from './model/jaeger-trace';
import { matcher } from './model/query-match';
import { queryOf, rangeOf, type SearchForm } from './model/search-form';
import { sortSummaries, summaryOf, type TraceSummary } from './model/summary';

interface Found {
  traces: TraceSummary[];
  /** Where this page searched, there may be more. */
  total: number;
  /** The server searched; else this page did, in what Jaeger gave for each service. */
  own: boolean;
}

export async function searchTraces(form: SearchForm, signal?: AbortSignal): Promise<Found> {
  const q = queryOf(form);
  const { start, end } = rangeOf(form, Date.now());
  const { limit, sort } = form;
  const full = form.columns.length > 0 ? 1 : undefined;
  const answer = await askExtra<{ data: TraceSummary[]; total: number }>(
    'search',
    { q, start, end, limit, sort, full },
    { signal },
  );
  if (answer !== undefined) return { traces: answer.data, total: answer.total, own: true };
  return searchJaeger(form, q, signal);
}

async function searchJaeger(form: SearchForm, q: string, signal?: AbortSignal): Promise<Found> {
  const matches = matcher(readQuery(q));
  const services = form.service === '' ? await allServices(signal) : [form.service];
  const { start, end } = rangeOf(form, Date.now());
  const duration = (text: string) => {
    const value = parseDuration(text);
    return value === undefined ? undefined : `${value}us`;
  };
  const answers = await Promise.all(
    services.map((service) =>
      ask<{ data: ApiTrace[] | null }>(
        apiUrl('traces', {
          service,
          operation: form.operation,
          start: Math.round(start),
          end: Math.round(end),
          limit: form.limit,
          minDuration: duration(form.minDuration),
          maxDuration: duration(form.maxDuration),
        }),
        { signal },
      ),
    ),
  );
  const byId = new Map<string, TraceSummary>();
  for (const data of answers.flatMap((answer) => answer.data ?? [])) {
    if (byId.has(data.traceID)) continue;
    const trace = buildTrace(data);
    const hits = trace.spans.filter((span) => matches(span, trace));
    if (hits.length === 0) continue;
    const marked = q === '' ? [] : hits.slice(0, 100).map((span) => span.spanId);
    byId.set(data.traceID, summaryOf(data, trace, marked));
  }
  const found = sortSummaries([...byId.values()], form.sort);
  return { traces: found.slice(0, form.limit), total: found.length, own: false };
}

function readQuery(q: string) {
  try {
    return parseQuery(q);
  } catch (error) {
    if (error instanceof QueryError) throw new ApiError(error.message, 400, error.position);
    throw error;
  }
}

/** By name. */
export async function allServices(signal?: AbortSignal): Promise<string[]> {
  const { data } = await ask<{ data: string[] | null }>(apiUrl('services'), { signal });
  return [...(data ?? [])].sort((a, b) => a.localeCompare(b));
}

/** By name; one that has several kinds of spans may come more than once. */
export async function operationsOf(service: string, signal?: AbortSignal): Promise<string[]> {
  const { data } = await ask<{ data: string[] | null }>(
    apiUrl(`services/${encodeURIComponent(service)}/operations`),
    { signal },
  );
  return [...(data ?? [])].sort((a, b) => a.localeCompare(b));
}
