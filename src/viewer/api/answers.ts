/**
 * The shapes of the viewer's own answers beyond Jaeger's, one owner for the server and the page (docs/viewer-api.md).
 * After a span's way: between the store and what a person sees. Types and a few constants, so that a browser's build can read them.
 */

interface ApiTag {
  key: string;
  type: string;
  value: unknown;
}

export interface TraceSummary {
  traceID: string;
  rootService: string;
  rootOperation: string;
  hasRoot: boolean;
  /** Microseconds since 1970. */
  startTime: number;
  duration: number;
  spans: number;
  errors: number;
  /** Spans whose parent hasn't arrived. */
  orphans: number;
  services: { name: string; spans: number; errors: number }[];
  /** Ids of spans that matched. */
  matches: string[];
  /** Grows with each change of the trace. */
  version: number;
}

/** One search gives at most so many. */
export const MOST_TRACES = 1500;

export const SORTS = ['start', 'duration', 'spans', 'errors'] as const;
export type Sort = (typeof SORTS)[number];

export interface TagAnswer {
  data: { key?: string; type?: string; value?: string; count: number }[];
  complete: boolean;
}

/** Times in microseconds. */
export interface OperationStats {
  service: string;
  operation?: string;
  count: number;
  errors: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
  avg: number;
  total: number;
  /** Spans a second. */
  rate: number;
}

/** Times in microseconds. */
interface MapNumbers {
  count: number;
  /** Spans a second, over the time that was asked for; without one, from the first to the last. */
  rate: number;
  errors: number;
  p50: number;
  p95: number;
}

export interface ServiceMap {
  nodes: ({ service: string } & MapNumbers)[];
  /** A span of `child` under a span of `parent`. */
  edges: ({ parent: string; child: string } & MapNumbers)[];
}

export type Source = 'udp-compact' | 'udp-binary' | 'http' | 'otlp' | 'upload';

/** One process that sends. */
export interface AgentHealth {
  id: string;
  service: string;
  host: string;
  pid: string;
  ip: string;
  version: string;
  tags: ApiTag[];
  source: Source;
  /** Microseconds since 1970. */
  firstSeen: number;
  lastSeen: number;
  batches: number;
  spans: number;
  bytes: number;
  /** Whether it numbers its batches; without, lost ones can't be seen. */
  numbered: boolean;
  lostBatches: number;
  dropped: { fullQueue: number; tooLarge: number; failedToEmit: number };
}

export interface Counters {
  spansReceived: number;
  batchesReceived: number;
  bytesReceived: number;
  /** Packets or bodies that were no batch of spans; nothing of them was kept. */
  malformed: number;
  /** Bodies over the limit, as sent or unpacked. */
  tooLarge: number;
  /** Requests with a wrong content type, method, Host or Origin. */
  refusedRequests: number;
  /** Packets that the kernel dropped at our UDP sockets, which it tells on Linux. */
  kernelDropped: number;
  /** Numbers of batches that never came. */
  lostBatches: number;
  evictedTraces: number;
  evictedSpans: number;
  /** The same trace and span id again, within some ten thousand spans. */
  duplicateSpans: number;
  /** Spans that start more than a minute from now. */
  futureSpans: number;
  /** Failed writes of the file. */
  fileErrors: number;
}

export interface Refusal {
  /** Microseconds since 1970. */
  at: number;
  from: string;
  port: string;
  bytes: number;
  why: string;
}

export interface Addresses {
  query: string;
  compact: string | null;
  binary: string | null;
  http: string | null;
  otlp: string | null;
  sampling: string | null;
}

export interface MemoryUse {
  bytes: number;
  maxBytes: number;
  spans: number;
  traces: number;
  file: string | null;
}

export interface AgentsAnswer {
  agents: AgentHealth[];
  counters: Counters;
  addresses: Addresses;
  memory: MemoryUse;
  /** Newest first. */
  refused: Refusal[];
}

export interface ImportAnswer {
  traces: number;
  spans: number;
  /** The first of them; a file's traces are mostly older than a search looks back. */
  traceIDs: string[];
  /** What was left out, by the place of its trace in the file. */
  skipped: { index: number; why: string }[];
}

export const LINK_TYPES = ['process', 'tags', 'logs', 'traces'] as const;

/** Makes a link of a tag, in the words of Jaeger UI's configuration: `#{key}` stands for another tag's value. */
export interface LinkPattern {
  type: (typeof LINK_TYPES)[number];
  /** Of the tags that become links; none for traces. */
  keys: string[];
  url: string;
  text: string;
}

export interface LinksAnswer {
  file: string | null;
  patterns: LinkPattern[];
  /** What the file holds that is no pattern, or why it couldn't be read. */
  errors: string[];
}
