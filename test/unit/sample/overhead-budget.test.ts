/**
 * What is shed when tracing costs more than its budget, in which order, and when it comes back; on a clock of the test's.
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { AlwaysOnSampler, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { createCounters } from '../../../src/diagnostics/counters';
import { setLogLevel, setLogWriter } from '../../../src/diagnostics/log';
import { OverheadBudget } from '../../../src/sample/overhead-budget';

let lines: string[] = [];
let before: (line: string) => void;
beforeEach(() => {
  lines = [];
  before = setLogWriter((line) => lines.push(line));
  setLogLevel('info');
});
afterEach(() => {
  setLogWriter(before);
  setLogLevel('warn');
});

const span = {} as ReadableSpan;
const id = (low: number) => '0'.repeat(24) + low.toString(16).padStart(8, '0');

function setUp(hasDetail: boolean) {
  let now = 0;
  let loop = { active: 1000, idle: 0 };
  const counters = createCounters();
  const detail: boolean[] = [];
  const budget = new OverheadBudget({
    budget: 3,
    hasDetail,
    onDetail: (shed) => detail.push(shed),
    flagsOf: (context) => (context.getValue(DEBUG) as number) ?? 0,
    counters,
    loop: () => loop,
    now: () => now,
  });
  // Each end takes 0.05 ms, so that a span costs 0.2 ms by the budget's estimate.
  const sender = budget.measured({
    onStart() {},
    onEnd() {
      now += 0.05;
    },
    forceFlush: async () => {},
    flushNow() {},
    shutdown: async () => {},
  });
  /** Seconds in each of which so many spans end. */
  const seconds = (count: number, spans: number) => {
    for (let second = 0; second < count; second++) {
      for (let each = 0; each < spans; each++) sender.onEnd(span);
      budget.look();
    }
  };
  const setLoop = (active: number) => {
    loop = { active, idle: 1000 - active };
  };
  return { budget, counters, detail, seconds, setLoop };
}

const DEBUG = Symbol('debug');

test('detail goes first, then half of the new traces, and half again; all of it comes back, later and one by one', () => {
  const { budget, counters, detail, seconds } = setUp(true);
  // 100 spans are 20 ms of 1000, within 3 %.
  seconds(20, 100);
  assert.deepEqual([budget.step, lines], [0, []]);
  // 200 are 4 %; a single second over the budget is nothing.
  seconds(1, 200);
  seconds(1, 100);
  seconds(1, 200);
  assert.equal(budget.step, 0);
  seconds(1, 200);
  assert.deepEqual([budget.step, detail], [1, [true]]);
  assert.equal(budget.sheds(id(1)), false);
  seconds(2, 200);
  assert.deepEqual([budget.step, budget.sheds(id(1)), budget.sheds(id(2))], [2, true, false]);
  seconds(100, 200);
  assert.equal(budget.step, 7);
  const kept = Array.from({ length: 640 }, (_, low) => budget.sheds(id(low))).filter((shed) => !shed).length;
  assert.equal(kept, 10);
  assert.equal(counters.overloads, 7);
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /4\.0 % .* more than 3 %.*handlers and middleware.*TA_OVERLOAD/);

  // Between 40 % of the budget and all of it, nothing changes.
  seconds(50, 100);
  assert.equal(budget.step, 7);
  seconds(9, 10);
  assert.equal(budget.step, 7);
  seconds(1, 10);
  assert.equal(budget.step, 6);
  seconds(60, 10);
  assert.deepEqual([budget.step, detail, budget.sheds(id(1))], [0, [true, false], false]);
  assert.match(lines[1]!, /TA_OVERLOAD_OVER/);
});

test('without detail, traces are the first step', () => {
  const { budget, detail, seconds } = setUp(false);
  seconds(2, 200);
  assert.deepEqual([budget.step, detail, budget.sheds(id(1))], [1, [], true]);
  assert.match(lines[0]!, /fewer new traces/);
});

test('a loop that mostly waits is not relieved', () => {
  const { budget, seconds, setLoop } = setUp(true);
  setLoop(150);
  seconds(20, 200);
  assert.equal(budget.step, 0);
  setLoop(250);
  seconds(2, 200);
  assert.equal(budget.step, 1);
  setLoop(0);
  seconds(10, 0);
  assert.equal(budget.step, 0);
});

test('only new traces are shed, and none that a debug flag asks for; the others are asked as ever', () => {
  const { budget, counters, seconds } = setUp(false);
  const sampler = budget.sampler(new AlwaysOnSampler());
  const decide = (context = ROOT_CONTEXT) =>
    sampler.shouldSample(context, id(1), 'a', SpanKind.SERVER, {}, []).decision;
  assert.equal(decide(), 2);
  seconds(2, 200);
  assert.equal(decide(), 0);
  assert.equal(counters.shedTraces, 1);
  const parent = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1, isRemote: true };
  assert.equal(decide(trace.setSpanContext(ROOT_CONTEXT, parent)), 2);
  assert.equal(decide(ROOT_CONTEXT.setValue(DEBUG, 2)), 2);
  assert.equal(counters.shedTraces, 1);
  budget.stop();
  assert.equal(decide(), 2);
});
