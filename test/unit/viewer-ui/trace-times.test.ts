/** Guards what the page says about time: critical path, self time, gaps, squeezed idle time, durations. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildTrace } from '../../../src/viewer/ui/model/build-trace';
import { callTree, flameBoxes } from '../../../src/viewer/ui/model/call-tree';
import { compareTraces } from '../../../src/viewer/ui/model/compare';
import { criticalPath } from '../../../src/viewer/ui/model/critical-path';
import { formatDuration, parseDuration } from '../../../src/viewer/ui/model/duration';
import { selfTime, uninstrumentedGaps } from '../../../src/viewer/ui/model/intervals';
import { statistics } from '../../../src/viewer/ui/model/statistics';
import { idleStretches, ticks, timeScale } from '../../../src/viewer/ui/model/time-scale';
import { puzzle } from '../../viewer-ui/given-traces';
import { smallTrace } from './trace-of';

test('of two parallel children the one that ends last is on the critical path', () => {
  const path = criticalPath(smallTrace(['r', '', 0, 100], ['short', 'r', 10, 20], ['long', 'r', 10, 60]));
  assert.equal(path.has('short'), false);
  assert.deepEqual(path.get('long'), [{ from: 10, to: 70 }]);
  assert.deepEqual(path.get('r'), [
    { from: 70, to: 100 },
    { from: 0, to: 10 },
  ]);
});

test('the pieces of the critical path cover the root once, whatever overlaps', () => {
  const trace = smallTrace(
    ['r', '', 0, 100],
    ['a', 'r', 10, 30],
    ['b', 'r', 35, 40],
    ['c', 'b', 40, 20],
    ['late', 'r', 90, 50],
  );
  const pieces = [...criticalPath(trace).values()].flat().sort((x, y) => x.from - y.from);
  assert.equal(
    pieces.reduce((sum, piece) => sum + piece.to - piece.from, 0),
    100,
  );
  for (const [i, piece] of pieces.entries()) if (i > 0) assert.equal(piece.from, pieces[i - 1]!.to);
});

test('a server that ends after its caller is on the path up to the answer; fire and forget is not', () => {
  const server = { process: 'b', tags: { 'span.kind': 'server' } };
  const path = criticalPath(smallTrace(['r', '', 0, 100], ['s', 'r', 60, 80, server], ['f', 'r', 10, 500]));
  assert.deepEqual(path.get('s'), [{ from: 60, to: 100 }]);
  assert.equal(path.has('f'), false);
});

test('self time counts overlapping children once, and gaps without spans are found', () => {
  const root = smallTrace(['r', '', 0, 100], ['a', 'r', 10, 30], ['b', 'r', 20, 30]).roots[0]!;
  assert.equal(selfTime(root), 60);
  assert.deepEqual(uninstrumentedGaps(root, 20), [{ from: 50, to: 100 }]);
});

test('idle time is squeezed, and places are moments again', () => {
  const trace = buildTrace(puzzle);
  const idle = idleStretches(trace);
  assert.equal(idle.length, 1);
  const scale = timeScale(0, trace.duration, idle);
  // 90 ms of 30 s would be nothing to see.
  assert.ok(scale.at(90_000) > 0.5);
  for (const time of [0, 45_000, 1e7, trace.duration])
    assert.ok(Math.abs(scale.timeAt(scale.at(time)) - time) < 1);
  assert.equal(timeScale(0, 100).at(25), 0.25);
});

test('ticks are round and within the range', () => {
  assert.deepEqual(ticks(0, 100, 5), [0, 20, 40, 60, 80, 100]);
  assert.deepEqual(ticks(5, 5, 5), [5]);
});

test('durations are written with three digits and read back', () => {
  const written = [0, 830, 999.6, 12_400, 999_600, 1_250_000, 125_000_000].map(formatDuration);
  assert.deepEqual(written, ['0μs', '830μs', '1ms', '12.4ms', '1s', '1.25s', '2m 5s']);
  assert.deepEqual(['1.2s', '100ms', '1m30s', '20us', '5', 'x', ''].map(parseDuration), [
    1.2e6,
    1e5,
    9e7,
    20,
    5000,
    undefined,
    undefined,
  ]);
});

test('statistics sum a group, and its 95th percentile is one of its durations', () => {
  const trace = smallTrace(
    ['r', '', 0, 100],
    ['a', 'r', 0, 10, { name: 'q' }],
    ['b', 'r', 10, 30, { name: 'q', tags: { error: true } }],
  );
  const [q] = statistics(trace.spans, (span) => (span.operation === 'q' ? 'q' : undefined));
  assert.deepEqual([q!.count, q!.failed, q!.total, q!.p95], [2, 1, 40, 30]);
});

test('a flame graph joins equal calls and never draws children wider than their parent', () => {
  const trace = smallTrace(
    ['r', '', 0, 100],
    ['a', 'r', 0, 90, { name: 'q' }],
    ['b', 'r', 0, 90, { name: 'q' }],
  );
  const boxes = flameBoxes(callTree(trace));
  assert.deepEqual(
    boxes.map(({ node, left, width }) => [node.operation, node.spans.length, left, width]),
    [
      ['r', 1, 0, 1],
      ['q', 2, 0, 1],
    ],
  );
});

test('two traces are matched by the way from the root', () => {
  const a = smallTrace(['r', '', 0, 100], ['x', 'r', 0, 10]);
  const b = smallTrace(['r', '', 0, 150], ['y', 'r', 0, 10]);
  assert.deepEqual(
    compareTraces(a, b).map((row) => [row.operation, row.a?.count, row.b?.count, row.difference]),
    [
      ['r', 1, 1, 50],
      ['x', 1, undefined, -10],
      ['y', undefined, 1, 10],
    ],
  );
});
