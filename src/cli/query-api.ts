/**
 * Asks Jaeger's query API for traces, and knows the links of its page.
 * After a span's way: how `doctor` finds its test span again.
 */
import { get, NoAnswer } from './http-exchange';

export interface QuerySpan {
  readonly traceID: string;
  readonly spanID: string;
  readonly operationName: string;
  readonly references?: readonly {
    readonly refType: string;
    readonly traceID: string;
    readonly spanID: string;
  }[];
  readonly startTime: number;
  readonly duration: number;
  readonly tags?: readonly { readonly key: string; readonly value: unknown }[];
  readonly processID: string;
}

export interface QueryTrace {
  readonly traceID: string;
  readonly spans: readonly QuerySpan[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string }>>;
}

/** For one question, in milliseconds. */
const TIMEOUT = 5_000;

/** The base address of a query service: `localhost`, `localhost:16686` and a link into its page are ones too. */
export function queryBase(text: string): string {
  const withScheme = /^https?:\/\//i.test(text) ? text : `http://${text}`;
  const url = new URL(withScheme);
  const explicit = /:\d+(?:\/|$)/.test(withScheme.slice(withScheme.indexOf('//')));
  if (!explicit && !/^https:/i.test(withScheme)) url.port = '16686';
  const path = url.pathname.replace(/\/(?:api|search|trace)(?:\/.*)?$/, '').replace(/\/$/, '');
  return url.origin + path;
}

/** The trace; undefined where Jaeger doesn't have it. @throws NoAnswer also for an answer that is not Jaeger's */
export async function findTrace(base: string, traceId: string): Promise<QueryTrace | undefined> {
  const { status, body } = await get(`${base}/api/traces/${traceId}`, TIMEOUT);
  if (status === 404) {
    if (/"(?:data|errors)"/.test(body)) return undefined;
    throw new NoAnswer('', `${base} answered 404 and is no Jaeger query API`);
  }
  if (status !== 200) throw new NoAnswer('', `it answered ${status}`);
  let parsed: { data?: QueryTrace[] | null };
  try {
    parsed = JSON.parse(body);
  } catch {
    throw new NoAnswer('', `${base} answered something that is no JSON and is no Jaeger query API`);
  }
  if (typeof parsed !== 'object' || parsed === null || !('data' in parsed)) {
    throw new NoAnswer('', `${base} answered JSON that is not a Jaeger query API's`);
  }
  const trace = parsed.data?.[0];
  return trace === undefined || trace.spans.length === 0 ? undefined : trace;
}

/** The page of a trace. */
export function traceLink(base: string, traceId: string): string {
  return `${base}/trace/${traceId.replace(/^0{16}/, '')}`;
}

/** The page that searches for a debug id; Jaeger searches within one service. */
export function debugLink(base: string, service: string, debugId: string): string {
  const tags = JSON.stringify({ 'jaeger-debug-id': debugId });
  return `${base}/search?${new URLSearchParams({ service, tags })}`;
}
