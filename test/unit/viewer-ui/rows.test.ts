/** Guards which rows the timeline shows: collapse, groups, the N+1 sentence, filters, focus; and what they say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildTrace } from '../../../src/viewer/ui/model/build-trace';
import { curlOf } from '../../../src/viewer/ui/model/curl';
import { nPlusOne } from '../../../src/viewer/ui/model/grouping';
import { collapsedKeys, type RowChoice, rowsOf } from '../../../src/viewer/ui/model/rows';
import { whySampled } from '../../../src/viewer/ui/model/sampling';
import { around, mapFromTraces, placeNodes } from '../../../src/viewer/ui/model/service-map';
import { redisPieces, sqlPieces } from '../../../src/viewer/ui/model/statement';
import { mergeSummaries, summaryOf } from '../../../src/viewer/ui/model/summary';
import { puzzle } from '../../viewer-ui/given-traces';

const trace = buildTrace(puzzle);
const none: ReadonlySet<string> = new Set();
function keys(choice: Partial<RowChoice>): string[] {
  return rowsOf(trace, { collapsed: none, opened: none, group: true, ...choice }).map(
    (row) => `${row.depth}${row.key}`,
  );
}

test('nine equal siblings are one row, which opens into its members one step further in', () => {
  assert.deepEqual(keys({}), ['0a1', '1b0*', '1c1', '2c2', '1d1']);
  const opened = keys({ opened: new Set(['b0*']) });
  assert.deepEqual(opened.slice(0, 4), ['0a1', '1b0*', '2b0', '2b1']);
  assert.equal(opened.length, 14);
  assert.equal(keys({ group: false }).length, 13);
});

test('collapse by level and by span; a span toggled within a level is open', () => {
  assert.deepEqual(keys({ collapsed: collapsedKeys(trace, 1, []) }), ['0a1', '1b0*', '1c1', '1d1']);
  assert.deepEqual(keys({ collapsed: collapsedKeys(trace, 0, ['a1']) }), ['0a1', '1b0*', '1c1', '1d1']);
});

test('filters keep what is above a match, focus shows one subtree', () => {
  assert.deepEqual(keys({ only: new Set(['c2']) }), ['0a1', '1c1', '2c2']);
  assert.deepEqual(keys({ focus: 'c1' }), ['0c1', '1c2']);
  assert.deepEqual(keys({ hiddenServices: new Set(['web', 'stock']) }), ['0a1', '1d1']);
  assert.deepEqual(keys({ least: 15_000 }), ['0a1', '1c1', '1d1']);
});

test('the N+1 query is said aloud; parallel queries are none', () => {
  const [only, ...more] = nPlusOne(trace);
  assert.match(
    only!.sentence,
    /^9 × SELECT prices one after another under web: GET \/cart, 36ms or 40 %.*N\+1/,
  );
  assert.deepEqual(more, []);
  const data = structuredClone(puzzle);
  for (const span of data.spans) if (span.spanID.startsWith('b')) span.startTime = data.spans[0]!.startTime;
  assert.deepEqual(nPlusOne(buildTrace(data)), []);
});

test('why a trace was sampled is said in words', () => {
  assert.match(whySampled(trace)!.sentence, /keeps 25 %/);
});

test('a curl command holds the address, quoted for a shell, and the trace', () => {
  const curl = curlOf(trace.byKey.get('c1')!, trace);
  assert.equal(curl, `curl 'http://stock:8080/it'\\''s' -H 'uber-trace-id: ${trace.id}:c1:0:1'`);
  assert.equal(curlOf(trace.byKey.get('b0')!, trace), undefined);
});

test('statements are cut into coloured pieces that together are the statement', () => {
  const sql = "SELECT \"from\" FROM t WHERE a = 'it''s' AND b > $1 -- end";
  const pieces = sqlPieces(sql);
  assert.equal(pieces.map((piece) => piece.text).join(''), sql);
  assert.deepEqual(
    pieces.filter((piece) => piece.kind === 'keyword').map((piece) => piece.text),
    ['SELECT', 'FROM', 'WHERE', 'AND'],
  );
  assert.equal(
    sqlPieces('SELECT a::int').some((piece) => piece.kind === 'parameter'),
    false,
  );
  assert.deepEqual(
    redisPieces('SET k ?\nGET k').map((piece) => piece.kind),
    ['keyword', 'plain', 'parameter', 'plain', 'keyword', 'plain'],
  );
});

test('the service map counts calls between services, and callers stand left of whom they call', () => {
  const map = mapFromTraces([trace], [{ parent: 'web', child: 'stock', callCount: 7 }], 60);
  const edge = map.edges.find((each) => each.child === 'stock');
  assert.deepEqual([edge!.parent, edge!.count, edge!.errors, edge!.rate], ['web', 7, 1, 7 / 60]);
  const columns = new Map(placeNodes(map).map((node) => [node.service, node.column]));
  assert.deepEqual([columns.get('web'), columns.get('stock'), columns.get('mailer')], [0, 1, 1]);
  assert.deepEqual(
    around(map, 'stock', 1)
      .nodes.map((node) => node.service)
      .sort(),
    ['stock', 'web'],
  );
  // Services that call each other in a circle have a place too.
  const circle = {
    nodes: map.nodes,
    edges: [
      { ...edge!, parent: 'web', child: 'stock' },
      { ...edge!, parent: 'stock', child: 'web' },
    ],
  };
  assert.equal(placeNodes(circle).length, 3);
});

test('live changes replace what is older, and evicted traces go', () => {
  const old = summaryOf(puzzle);
  const newer = { ...old, version: old.version + 1, spans: 99 };
  assert.equal(mergeSummaries([old], [newer])[0]!.spans, 99);
  assert.equal(mergeSummaries([newer], [old])[0]!.spans, 99);
  assert.deepEqual(mergeSummaries([old], [], [old.traceID]), []);
});
