/** The shapes of Jaeger's query API, as it answers in JSON: what the page reads before anything else. */

export interface ApiTag {
  key: string;
  type?: string;
  value: unknown;
}

export interface ApiReference {
  refType: string;
  traceID: string;
  spanID: string;
}

export interface ApiSpan {
  traceID: string;
  spanID: string;
  operationName: string;
  references?: ApiReference[] | null;
  /** Microseconds since the epoch. */
  startTime: number;
  /** Microseconds. */
  duration: number;
  tags?: ApiTag[] | null;
  logs?: { timestamp: number; fields?: ApiTag[] | null }[] | null;
  processID: string;
  warnings?: string[] | null;
}

export interface ApiTrace {
  traceID: string;
  spans: ApiSpan[];
  processes: Record<string, { serviceName: string; tags?: ApiTag[] | null }>;
  warnings?: string[] | null;
}

export interface ApiDependency {
  parent: string;
  child: string;
  callCount: number;
}
