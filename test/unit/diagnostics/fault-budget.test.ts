/**
 * When a part that fails is left out: ten failures in a row, but not ten in a month; and when it is tried again.
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { contained, containedUnlessResting, fault, rests } from '../../../src/diagnostics/contain';
import { FaultBudget } from '../../../src/diagnostics/fault-budget';
import { setLogWriter } from '../../../src/diagnostics/log';

let now = 0;
let lines: string[] = [];
let before: (line: string) => void;
beforeEach(() => {
  mock.method(performance, 'now', () => now);
  lines = [];
  before = setLogWriter((line) => lines.push(line));
});
afterEach(() => {
  mock.restoreAll();
  setLogWriter(before);
});

const MINUTE = 60_000;

test('ten failures within minutes spend the budget, in the tenth', () => {
  const budget = new FaultBudget();
  const spent = Array.from({ length: 12 }, () => {
    now += 1000;
    return budget.take();
  });
  assert.deepEqual(
    spent.map((each, index) => (each ? index : -1)).filter((index) => index >= 0),
    [9],
  );
  assert.equal(budget.spent, true);
  now += 1000 * 24 * 60 * MINUTE;
  assert.equal(budget.spent, true);
});

test('failures far apart are forgiven one by one', () => {
  const budget = new FaultBudget();
  for (let day = 0; day < 1000; day++) {
    now += 24 * 60 * MINUTE;
    assert.equal(budget.take(), false);
  }
  // One each minute is forgiven as it comes; two each minute are too many.
  for (let minute = 0; minute < 1000; minute++) {
    now += MINUTE;
    assert.equal(budget.take(), false);
  }
  let taken = 0;
  while (!budget.spent && taken++ < 100) {
    now += MINUTE / 2;
    budget.take();
  }
  assert.ok(taken > 10 && taken < 30, `${taken}`);
});

test('a part that failed ten times rests for a minute, says so, and is tried again; what ends the process, and what ends what has begun, never rests', () => {
  let calls = 0;
  const work = (part: string) =>
    containedUnlessResting(part, () => {
      calls++;
      throw new Error('broken');
    });
  const flaky = work('overload');
  for (let call = 0; call < 30; call++) flaky();
  assert.equal(calls, 10);
  assert.equal(rests('overload'), true);
  assert.equal(lines.filter((line) => line.includes('TA_PART_RESTS')).length, 1);
  let ended = 0;
  contained('overload', () => ended++)();
  assert.equal(ended, 1);
  now += MINUTE;
  for (let call = 0; call < 30; call++) flaky();
  assert.equal(calls, 20);

  calls = 0;
  const exit = work('exit');
  for (let call = 0; call < 30; call++) exit();
  assert.equal(calls, 30);
});

test('a clock that throws, and an error that cannot be printed, throw nothing here', () => {
  mock.restoreAll();
  mock.method(performance, 'now', () => {
    throw new Error('no clock');
  });
  const hostile = new Proxy(new Error(), {
    get() {
      throw new Error('no');
    },
  });
  for (let call = 0; call < 12; call++) fault('hostile', hostile);
});
