/**
 * Tells what hangs below a fixture's span in lines that a test can compare at a glance.
 */
import assert from 'node:assert/strict';
import type { SeenSpan } from './trace-app';

/**
 * For each of the fixture's own spans (those without a database in it), by name: the spans directly below, each as
 * `name | query text | error`. Sorted, since spans of one millisecond have no order. Below `none`: the root spans.
 */
export function outline(spans: SeenSpan[]): Record<string, string[]> {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const found: Record<string, string[]> = {};
  for (const span of spans) {
    if (span.tags['db.system.name'] === undefined) {
      found[span.name] ??= [];
      continue;
    }
    assert.equal(span.tags['span.kind'], 'client');
    const parent = byId.get(span.parentSpanId);
    if (parent !== undefined) {
      assert.equal(parent.tags['db.system.name'], undefined, `${span.name} hangs below ${parent.name}`);
      assert.equal(parent.traceId, span.traceId);
    }
    const code = span.tags['error.type'];
    assert.equal(span.tags['otel.status_code'], code === undefined ? undefined : 'ERROR');
    assert.equal(span.tags['otel.status_description'], undefined);
    const line = [span.name, span.tags['db.query.text'] ?? '', ...(code === undefined ? [] : [code])].join(
      ' | ',
    );
    const name = parent?.name ?? 'none';
    const lines = found[name] ?? [];
    lines.push(line);
    found[name] = lines;
  }
  for (const lines of Object.values(found)) lines.sort();
  return found;
}

/** The only database span below the fixture's span of that name. */
export function onlyBelow(spans: SeenSpan[], name: string): SeenSpan {
  const parent = spans.find((span) => span.name === name && span.tags['db.system.name'] === undefined);
  const below = spans.filter((span) => span.parentSpanId === parent?.spanId);
  assert.equal(below.length, 1, `spans below ${name}: ${below.map((span) => span.name)}`);
  return below[0]!;
}

/** Of a span's tags those of the database, the server, the network and the error. */
export function databaseTags(span: SeenSpan | undefined): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(span?.tags ?? {}).filter(([key]) => /^(db|server|network|error)\./.test(key)),
  );
}
