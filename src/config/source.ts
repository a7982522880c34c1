/**
 * Where a setting's value can come from, and which source wins.
 * Beside a span's way: used by resolution.
 */

/** Every source's rank; the higher wins. */
const RANK = {
  code: 9,
  'tracing-agent': 8,
  otel: 7,
  jaeger: 6,
  traces: 5,
  kubernetes: 4,
  file: 3,
  /** The nearest package.json. */
  package: 2,
  default: 1,
  /** Set, but another setting that excludes it won: `name` is that one's. */
  excluded: 0,
} as const;

export type SourceKind = keyof typeof RANK;

export interface Source {
  readonly kind: SourceKind;
  /** The option's or the variable's name, or the file's path. */
  readonly name: string;
}

/** Whether `a` has precedence over `b`; false for equals. */
export function outranks(a: Source, b: Source): boolean {
  return RANK[a.kind] > RANK[b.kind];
}

/** The higher of sources; the first of equals. */
export function highest(...sources: [Source, ...Source[]]): Source {
  return sources.reduce((best, each) => (outranks(each, best) ? each : best));
}

/** By the variable's prefix. */
export function kindOfVariable(name: string): SourceKind {
  if (name.startsWith('TRACING_AGENT_')) return 'tracing-agent';
  if (name.startsWith('OTEL_')) return 'otel';
  return name.startsWith('JAEGER_') ? 'jaeger' : 'traces';
}
