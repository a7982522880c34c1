/**
 * What a test asks of each run of a database client's fixture: that nothing leaked, and that callers kept their spans.
 */
import assert from 'node:assert/strict';
import type { SeenSpan, TracedRun } from './trace-app';

/** The fixture ended well, said nothing but `stderr`, and neither a value nor a server's message is in what was sent. */
export function assertClean(run: TracedRun, stderr = /^$/): void {
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stderr, stderr);
  const sent = JSON.stringify(run.spans);
  assert.equal(sent.includes('canary'), false, 'a value or message got out');
  assert.equal(sent.includes('already exists'), false, "an error's detail got out");
}

/** What `part` of parts.cjs has noted: the part's span was the active one wherever it looked. */
export function assertActive(active: Record<string, boolean>, count?: number): void {
  const lost = Object.keys(active).filter((where) => !active[where]);
  assert.deepEqual(lost, [], "the caller's span is not active there");
  if (count !== undefined) assert.equal(Object.keys(active).length, count);
}

/**
 * What many-requests.cjs has sent: each of the twenty requests has its own queries below it, whose texts `texts` tells by
 * the request's number, sorted, and the request's span was active throughout. Gives the queries' spans.
 */
export function assertApart(run: TracedRun, texts: (at: string) => string[]): SeenSpan[] {
  assert.equal(run.stdout.trim(), '[]', "a caller's span is not active");
  const roots = run.spans.filter((span) => span.name.startsWith('request '));
  assert.equal(roots.length, 20);
  return roots.flatMap((root) => {
    const below = run.spans.filter((span) => span.traceId === root.traceId && span !== root);
    const at = root.name.slice('request '.length);
    assert.deepEqual(below.map((span) => span.tags['db.query.text']).sort(), texts(at));
    assert.ok(below.every((span) => span.parentSpanId === root.spanId));
    return below;
  });
}

/** What comment.cjs prints: by way, the text that the server was sent. All but those of `without` name a span that was sent. */
export function assertCommented(run: TracedRun, without: RegExp, ways: number): void {
  const seen = JSON.parse(run.stdout) as Record<string, string>;
  for (const [way, text] of Object.entries(seen)) {
    const found = /traceparent='00-(\w{32})-(\w{16})-01'/.exec(text);
    assert.equal(found !== null, !without.test(way), `${way}: ${text}`);
    if (found !== null)
      assert.ok(run.spans.some((span) => span.traceId === found[1] && span.spanId === found[2]));
  }
  assert.equal(Object.keys(seen).length, ways);
}
