/**
 * Guards the trees of spans that the demo and the console print.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTrace, groupByTrace, type SpanRow } from '../../../src/diagnostics/trace-tree';

const row = (
  spanId: string,
  parentSpanId: string,
  startTime: number,
  more: Partial<SpanRow> = {},
): SpanRow => ({
  traceId: 't',
  spanId,
  parentSpanId,
  service: 'shop',
  name: spanId,
  startTime,
  duration: 1500,
  tags: {},
  ...more,
});

test('children stand under their parents in order of start, with what matters of their tags', () => {
  const tree = formatTrace([
    row('c', 'a', 3, { tags: { 'db.query.text': 'SELECT ?', 'db.system.name': 'postgresql' } }),
    row('a', '0000000000000000', 1),
    row('b', 'a', 2),
    row('d', 'b', 2.5),
  ]);
  assert.equal(
    tree,
    [
      'trace t, 4 spans',
      'shop: a  1.5 ms',
      '├─ shop: b  1.5 ms',
      '│  └─ shop: d  1.5 ms',
      '└─ shop: c  1.5 ms  [postgresql · SELECT ?]',
    ].join('\n'),
  );
});

test('a span without its parent and a circle of parents are printed, once each', () => {
  assert.match(formatTrace([row('a', 'beef', 1)]), /\(parent not seen\) shop: a/);
  assert.equal(formatTrace([row('a', 'b', 1), row('b', 'a', 2)]).split('\n').length, 3);
});

test('traces come in the order of their first span', () => {
  const traces = groupByTrace([row('b', '', 9, { traceId: '2' }), row('a', '', 5, { traceId: '1' })]);
  assert.deepEqual(
    traces.map((trace) => trace[0]!.traceId),
    ['1', '2'],
  );
});
