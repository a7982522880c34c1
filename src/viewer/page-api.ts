/**
 * What the viewer's page asks beyond Jaeger's API: text search, autocomplete, statistics, agents, import and export.
 * After a span's way. The shapes are written down in docs/viewer-api.md.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Agents } from './agents';
import type { Addresses, AgentsAnswer, ImportAnswer, MemoryUse } from './api/answers';
import { writeBatch } from './batch-writer';
import { envelope, HttpError, readBody, sendJson } from './http-server';
import { ImportError, readTraces } from './imported-traces';
import type { Intake } from './intake';
import { decodeTrace, jsonTrace } from './jaeger-trace';
import { tags } from './known-names';
import { readLinkPatterns } from './link-patterns';
import type { Live } from './live';
import { otlpOf } from './otlp-answer';
import { MAX_BODY_BYTES, type Receivers } from './receivers';
import { findTraces } from './search';
import { condition, integer, pageSearch } from './search-parameters';
import { operationStats, serviceMap } from './statistics';
import type { Store } from './store';
import type { Strategies } from './strategies';
import { summarize } from './summary';

/** What the page's answers are made of. */
export interface PageParts {
  store: Store;
  agents: Agents;
  intake: Intake;
  receivers: Receivers;
  live: Live;
  strategies: Strategies;
  /** The file of link patterns. */
  links: string | undefined;
  addresses: () => Addresses;
  memory: () => MemoryUse;
}

/** Unless the question says another. */
const TAGS_LIMIT = 50;
/** Of the traces that came in, for links to them. */
const MAX_IMPORTED_IDS = 20;

/** @returns false where nothing is at this path */
export async function pageApi(
  parts: PageParts,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<boolean> {
  const { store } = parts;
  const { searchParams: query } = url;
  const began = performance.now();
  const now = Date.now() * 1000;
  const took = () => Math.round((performance.now() - began) * 100) / 100;
  const send = (answer: Record<string, unknown>) => sendJson(response, { ...answer, errors: null });
  switch (url.pathname) {
    case '/api/search': {
      const search = pageSearch(query, now);
      const { traces, total, checker } = await findTraces(store, search);
      const full = query.get('full') === '1';
      const data = traces.map((trace) => ({
        ...summarize(store, trace, checker),
        ...(full && { trace: jsonTrace(store, trace, now) }),
      }));
      send({ data, total, took: took() });
      return true;
    }
    case '/api/tags': {
      const asked = {
        key: query.get('key') ?? '',
        service: query.get('service') ?? '',
        prefix: query.get('prefix') ?? '',
        limit: integer(query, 'limit') ?? TAGS_LIMIT,
      };
      send({ ...tags(store, asked) });
      return true;
    }
    case '/api/stats': {
      const groupBy = query.get('groupBy') ?? 'operation';
      if (groupBy !== 'operation' && groupBy !== 'service')
        throw new HttpError(400, "'groupBy' is operation or service");
      const data = await operationStats(
        store,
        pageSearch(query, now),
        groupBy === 'operation',
        query.get('whole') === '1',
      );
      send({ data, took: took() });
      return true;
    }
    case '/api/map':
      send({ data: await serviceMap(store, pageSearch(query, now), now), took: took() });
      return true;
    case '/api/agents': {
      const data: AgentsAnswer = {
        agents: parts.agents.list(),
        counters: parts.intake.counters,
        addresses: parts.addresses(),
        memory: parts.memory(),
        refused: parts.intake.refusals,
      };
      send({ data });
      return true;
    }
    case '/api/live': {
      const watched = (query.get('traces') ?? '').split(',').filter((id) => id !== '');
      if (!parts.live.add(response, condition(query), watched))
        throw new HttpError(503, 'too many pages are open');
      return true;
    }
    case '/api/export':
      await exportTraces(store, query, response, now);
      return true;
    case '/api/links':
      send({ data: readLinkPatterns(parts.links) });
      return true;
    case '/api/clear':
      posted(request);
      send({ data: { traces: store.clear() } });
      return true;
    case '/api/sampling': {
      const service = query.get('service');
      const { file, services, error } = parts.strategies;
      if (service !== null) sendJson(response, parts.strategies.for(service));
      else send({ data: { file: file ?? null, services, error } });
      return true;
    }
    case '/api/import':
      posted(request);
      send({ data: await importTraces(parts, request) });
      return true;
    default:
      return false;
  }
}

/** The traces that are named, or that a search finds, as a file for a download. */
async function exportTraces(
  store: Store,
  query: URLSearchParams,
  response: ServerResponse,
  now: number,
): Promise<void> {
  const format = query.get('format') ?? 'jaeger';
  if (format !== 'jaeger' && format !== 'otlp') throw new HttpError(400, "'format' is jaeger or otlp");
  const ids = query.getAll('traceID');
  const rows =
    ids.length > 0
      ? ids.map((id) => store.find(id)).filter((row) => row >= 0)
      : (await findTraces(store, pageSearch(query, now))).traces;
  const name = format === 'otlp' ? 'traces.otlp.json' : 'traces.json';
  response.setHeader('content-disposition', `attachment; filename="${name}"`);
  if (format === 'otlp') sendJson(response, otlpOf(rows.flatMap((row) => decodeTrace(store, row))));
  else sendJson(response, envelope(rows.map((row) => jsonTrace(store, row, now))));
}

async function importTraces(
  { receivers, intake }: PageParts,
  request: IncomingMessage,
): Promise<ImportAnswer> {
  const from = request.socket.remoteAddress ?? '';
  const body = await readBody(request, MAX_BODY_BYTES).catch((error: Error & { status?: number }) => {
    const refusal = { from, port: 'upload', bytes: 0, why: error.message };
    // A wrong content encoding is counted where all such requests are.
    if (error.status === 413) intake.refuse('tooLarge', refusal);
    else if (error.status !== 415) intake.refuse('malformed', refusal);
    throw error;
  });
  try {
    const { batches, skipped } = readTraces(body.toString('utf8'));
    let spans = 0;
    const traces = new Set<string>();
    for (const batch of batches) {
      spans += receivers.take(writeBatch(batch), false, 'upload', from);
      for (const { traceId } of batch.spans) traces.add(traceId);
    }
    return { traces: traces.size, spans, traceIDs: [...traces].slice(0, MAX_IMPORTED_IDS), skipped };
  } catch (error) {
    intake.refuse('malformed', { from, port: 'upload', bytes: body.length, why: (error as Error).message });
    if (!(error instanceof ImportError)) throw error;
    throw new HttpError(400, error.message, { position: error.position, line: error.line });
  }
}

/** A form of another site can post too; it can't set a content type that isn't a form's. */
function posted(request: IncomingMessage): void {
  if (request.method !== 'POST') throw new HttpError(405, 'only POST is answered here');
  const type = request.headers['content-type'] ?? '';
  if (/^(text\/plain|multipart\/form-data|application\/x-www-form-urlencoded)/i.test(type))
    throw new HttpError(415, 'a form may not post here: send application/json');
}
