/**
 * The same small application under our agent and under OpenTelemetry's SDK with its own instrumentation: as many spans, of
 * the same kinds, below the same parents, failed or not alike, with the same attributes, but for what
 * src/patch/comparison.ts lists with its reason.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Comparison, comparisons, type Difference } from '../../../src/patch/comparison';
import { needsLibrary } from '../../support/libraries';
import { needs, type ServiceName, serviceEnv } from '../../support/services';
import { runApp, type SeenSpan, traceApp } from '../../support/trace-app';

interface Span extends Pick<SeenSpan, 'name' | 'spanId' | 'parentSpanId' | 'tags'> {
  kind: string;
  failed: boolean;
}

const fixture = join(__dirname, 'application.cjs');
const folder = mkdtempSync(join(tmpdir(), 'tracing-agent-comparison-'));
after(() => rmSync(folder, { recursive: true }));

const packageOf: Record<string, string> = { hapi: '@hapi/hapi', nestjs: 'nest11' };
const servers: Record<string, ServiceName> = {
  ioredis: 'redis',
  redis: 'redis',
  pg: 'postgres',
  mysql2: 'mariadb',
  mysql: 'mariadb',
};

async function theirs({ library, instrumentations }: Comparison): Promise<Span[]> {
  const file = join(folder, `${library}.json`);
  const env = {
    ...serviceEnv,
    NODE_OPTIONS: `--require "${join(__dirname, 'sdk.cjs')}"`,
    INSTRUMENTATIONS: instrumentations,
    OTEL_SEMCONV_STABILITY_OPT_IN: 'http,database',
    SPANS: file,
  };
  const run = await runApp(fixture, { args: [library], preload: 'none', env });
  assert.equal(run.code, 0, run.stderr);
  return JSON.parse(readFileSync(file, 'utf8'));
}

async function ours({ library, instrumentations, detail }: Comparison): Promise<Span[]> {
  const env = { OTEL_NODE_ENABLED_INSTRUMENTATIONS: instrumentations, TRACING_AGENT_DETAIL: detail ?? '' };
  const run = await traceApp(fixture, { args: [library], env });
  assert.equal(run.code, 0, run.stderr);
  const spans = run.spans.map((span) => {
    // What the Jaeger exporter adds is no attribute.
    const { 'span.kind': kind = 'internal', 'otel.status_code': status, error: _, ...tags } = span.tags;
    for (const key of Object.keys(tags)) if (/^(otel|sampler)\./.test(key)) delete tags[key];
    return {
      ...span,
      kind: String(kind),
      parentSpanId: span.parentSpanId.replace(/^0+$/, ''),
      failed: status === 'ERROR',
      tags,
    };
  });
  return spans.sort((a, b) => a.startTime - b.startTime);
}

/** The spans that no difference names; their parents are those that are left. */
function without(spans: Span[], differences: readonly Difference[], seen: Set<string>): Span[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const gone = new Set<string>();
  for (const span of spans) {
    const line = `${span.name} < ${byId.get(span.parentSpanId)?.name ?? ''}`;
    const found = differences.find(
      ({ span: pattern, operation }) =>
        pattern.test(line) &&
        (operation === undefined || operation.test(String(span.tags['db.operation.name']))),
    );
    if (found === undefined) continue;
    seen.add(found.what);
    gone.add(span.spanId);
  }
  return spans
    .filter((span) => !gone.has(span.spanId))
    .map((span) => {
      let { parentSpanId } = span;
      while (gone.has(parentSpanId)) parentSpanId = byId.get(parentSpanId)!.parentSpanId;
      return { ...span, parentSpanId };
    });
}

const shape = (span: Span, all: Span[]) =>
  `${span.kind}, below ${all.findIndex((each) => each.spanId === span.parentSpanId)}`;

for (const comparison of comparisons) {
  const { library, detail, spansLacking = [], spansAdded = [], lacking = {}, added = {} } = comparison;
  const name = detail === undefined ? library : `${library}, detail=${detail}`;

  test(`${name}: the spans of OpenTelemetry's instrumentation, but for what is listed`, async (t) => {
    if (!needsLibrary(t, '@opentelemetry/auto-instrumentations-node')) return;
    if (library !== 'http' && library !== 'undici' && !needsLibrary(t, packageOf[library] ?? library)) return;
    if (servers[library] !== undefined && !(await needs(t, servers[library]))) return;
    const seen = new Set<string>();
    const [its, mine] = await Promise.all([theirs(comparison), ours(comparison)]);
    const other = without(its, spansLacking, seen);
    const own = without(mine, spansAdded, seen);
    const shown = (spans: Span[]) => spans.map((span) => `${shape(span, spans)}`);
    assert.deepEqual(shown(own), shown(other));
    const failed = (spans: Span[]) => spans.map((span) => span.failed);
    if (comparison.failures === undefined) assert.deepEqual(failed(own), failed(other));
    else assert.notDeepEqual(failed(own), failed(other));

    const differences = { lacking: new Set<string>(), added: new Set<string>() };
    for (const [at, span] of own.entries()) {
      const { tags } = other[at]!;
      for (const key of Object.keys(tags)) if (!(key in span.tags)) differences.lacking.add(key);
      for (const key of Object.keys(span.tags)) if (!(key in tags)) differences.added.add(key);
    }
    // A server on another port than the default one has it.
    const listed = (record: object) =>
      Object.keys(record).filter((key) => key !== 'server.port' || differences.lacking.has(key));
    assert.deepEqual([...differences.lacking].sort(), listed(lacking).sort());
    assert.deepEqual([...differences.added].sort(), Object.keys(added).sort());
    assert.deepEqual([...seen].sort(), [...spansLacking, ...spansAdded].map((each) => each.what).sort());
  });
}
