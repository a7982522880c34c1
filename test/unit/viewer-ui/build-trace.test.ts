/** Guards that the page shows every span it was given, whatever its ids, parents and clocks say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildTrace } from '../../../src/viewer/ui/model/build-trace';
import { missingParents, silentCallees } from '../../../src/viewer/ui/model/missing-parent';
import { large, orphan, puzzle, traceOf } from '../../viewer-ui/given-traces';
import { smallTrace } from './trace-of';

test('parents come before children, and each span knows its depth and how many are below it', () => {
  const trace = smallTrace(['r', '', 0, 100], ['b', 'r', 50, 10], ['a', 'r', 10, 20], ['c', 'a', 12, 5]);
  assert.deepEqual(
    trace.spans.map(({ key, depth, below }) => [key, depth, below]),
    [
      ['r', 0, 3],
      ['a', 1, 1],
      ['c', 2, 0],
      ['b', 1, 0],
    ],
  );
});

test('a circle of parents and a span that is its own parent are shown, with a warning', () => {
  const trace = smallTrace(['x', 'y', 0, 10], ['y', 'x', 0, 10], ['z', 'z', 5, 1]);
  assert.equal(trace.spans.length, 3);
  assert.equal(trace.spans.filter((span) => /circle/.test(span.warnings.join())).length, 2);
});

test('both spans with the same id are shown, under keys of their own', () => {
  const trace = smallTrace(['r', '', 0, 100], ['d', 'r', 1, 1], ['d', 'r', 5, 1]);
  assert.deepEqual([...trace.byKey.keys()].sort(), ['d', 'd#2', 'r']);
  assert.match(trace.byKey.get('d#2')!.warnings.join(), /same id/);
});

test('an empty trace and one with null lists are read', () => {
  assert.equal(buildTrace({ traceID: '1', spans: [], processes: {} }).spans.length, 0);
  const data = traceOf('1', [{ id: 'a', process: 'p', name: 'n', at: 0, takes: 1 }]);
  Object.assign(data.spans[0]!, { references: null, tags: null, logs: null, processID: 'unknown' });
  assert.equal(buildTrace(data).spans[0]!.service, 'unknown service');
});

test('a server whose clock is ahead is moved into its caller with all that its process did; a late consumer is not', () => {
  const trace = buildTrace(puzzle);
  const [client, server, consumer] = ['c1', 'c2', 'd1'].map((key) => trace.byKey.get(key)!);
  assert.ok(server!.start >= client!.start && server!.end <= client!.end);
  assert.match(server!.warnings.join(), /Clock skew.*earlier/);
  assert.equal(consumer!.moved, 0);
  assert.equal(buildTrace(puzzle, { adjustClocks: false }).byKey.get('c2')!.start, 5_050_000);
});

test('a server that goes on after its caller has the answer keeps its times', () => {
  const server = { process: 'b', tags: { 'span.kind': 'server' } };
  const trace = smallTrace(['r', '', 0, 100], ['s', 'r', 90, 50, server]);
  assert.equal(trace.byKey.get('s')!.moved, 0);
});

test('a missing parent is named, with who has to be looked at', () => {
  const [only, ...more] = missingParents(buildTrace(orphan));
  assert.match(only!.sentence, /ffff.*trace-without-root-span.*caller/);
  assert.deepEqual(more, []);
});

test('a call whose other side did not report is named', () => {
  const call = { tags: { 'span.kind': 'client', 'http.request.method': 'GET', 'server.address': 'stock' } };
  assert.match(silentCallees(smallTrace(['r', '', 0, 9], ['c', 'r', 1, 2, call])) ?? '', /called stock/);
  assert.equal(silentCallees(buildTrace(puzzle)), undefined);
});

test('a chain of 10,000 spans does not exhaust the stack', () => {
  const parts = large.spans.map((span, i) => ({
    id: span.spanID,
    parent: i === 0 ? undefined : large.spans[i - 1]!.spanID,
    process: 'p',
    name: 'n',
    at: i,
    takes: 20_000 - i,
  }));
  assert.equal(buildTrace(traceOf('1', parts)).depth, 10_000);
});
