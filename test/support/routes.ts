/**
 * What tests of web frameworks read from a run: the route of each request, and the spans of handlers as trees.
 */
import assert from 'node:assert/strict';
import { runApp, type SeenSpan, type TracedRun, type TraceOptions, traceApp } from './trace-app';

/** Runs the fixture with and without the agent: output and exit code must be the same. */
export async function traceUnchanged(fixture: string, options: TraceOptions): Promise<TracedRun> {
  const traced = await traceApp(fixture, options);
  const bare = await runApp(fixture, { ...options, preload: 'none' });
  assert.deepEqual(
    [traced.stdout, withoutPid(traced.stderr), traced.code],
    [bare.stdout, withoutPid(bare.stderr), bare.code],
  );
  assert.doesNotMatch(JSON.stringify(traced.spans), /canary/);
  return traced;
}

/** `METHOD /path` → route of each server span, in the order of the requests; checks that the name fits. */
export function routesOf(spans: SeenSpan[]): Record<string, unknown> {
  const routes: Record<string, unknown> = {};
  for (const { name, tags } of spans.filter((span) => span.tags['span.kind'] === 'server')) {
    const method = String(tags['http.request.method']);
    const route = tags['http.route'];
    assert.equal(name, route === undefined ? method : `${method} ${route}`);
    routes[`${method} ${tags['url.path']}`] = route ?? null;
  }
  return routes;
}

/** The spans below the server span of a request, each indented by its depth, with `!` for an error. */
export function spansBelow(spans: SeenSpan[], request: string): string[] {
  const server = spans.find(
    ({ tags }) =>
      tags['span.kind'] === 'server' && `${tags['http.request.method']} ${tags['url.path']}` === request,
  );
  assert.ok(server, `no server span of ${request}`);
  const below = (parent: SeenSpan, depth: number): string[] =>
    spans
      .filter((span) => span.traceId === parent.traceId && span.parentSpanId === parent.spanId)
      .sort((a, b) => a.startTime - b.startTime)
      .flatMap((span) => [
        `${'  '.repeat(depth)}${span.name}${span.tags.error === true ? '!' : ''}`,
        ...below(span, depth + 1),
      ]);
  return below(server, 0);
}

/** Node's warnings name the process. */
function withoutPid(text: string): string {
  return text.replace(/^\(node:\d+\)/gm, '(node)');
}
