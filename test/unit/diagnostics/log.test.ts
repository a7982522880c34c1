/**
 * Guards the agent's lines on stderr: what each holds, how often it is said, and that printing never throws.
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { report, setLogLevel, setLogWriter } from '../../../src/diagnostics/log';

let lines: string[];
let before: (line: string) => void;

beforeEach(() => {
  lines = [];
  before = setLogWriter((line) => lines.push(line));
});
afterEach(() => {
  setLogWriter(before);
  setLogLevel('warn');
});

test('a line names what, where, its code and the next step, and is one line whatever the values hold', () => {
  report('TA_AGENT_REFUSED', { address: 'jaeger:6831', error: 'EWHY\nnot' }, 'one-line');
  assert.equal(lines.length, 1);
  assert.match(
    lines[0]!,
    /^tracing-agent: .*udp:\/\/jaeger:6831 \(EWHY not\) \(TA_AGENT_REFUSED; start Jaeger .*\)\n$/,
  );
});

test('the same thing is said once a minute, another subject at once', () => {
  for (let i = 0; i < 5; i++) report('TA_AGENT_REFUSED', { address: 'a' }, 'a');
  report('TA_AGENT_REFUSED', { address: 'b' }, 'b');
  assert.equal(lines.length, 2);
});

test('what is below the level is not said', () => {
  report('TA_STARTED', {}, 'level');
  assert.equal(lines.length, 0);
  setLogLevel('info');
  report('TA_STARTED', {}, 'level');
  assert.equal(lines.length, 1);
  setLogLevel('none');
  report('TA_INTERNAL', { part: 'x' }, 'none');
  assert.equal(lines.length, 1);
});

test('a value that throws when it is printed, and a writer that throws, reach nobody', () => {
  const hostile = {
    toString: () => {
      throw new Error('no');
    },
  };
  report('TA_INTERNAL', { part: 'x', error: hostile }, 'hostile');
  setLogWriter(() => {
    throw new Error('EPIPE');
  });
  report('TA_INTERNAL', { part: 'x', error: 'y' }, 'closed');
});
