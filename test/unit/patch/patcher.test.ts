import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { AlwaysOnSampler, BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { counters } from '../../../src/diagnostics/counters';
import { setLogWriter } from '../../../src/diagnostics/log';
import type { Patch } from '../../../src/patch/instrumentation';
import { Patcher } from '../../../src/patch/patcher';
import { Toolbox } from '../../../src/patch/toolbox';

const tracer = new BasicTracerProvider({ sampler: new AlwaysOnSampler() }).getTracer('test');
const createTools = (instrumentation: string) =>
  new Toolbox({ instrumentation, tracer, options: { urlQuery: 'redact' }, followsParent: true });

let lines: string[];
let before: (line: string) => void;
beforeEach(() => {
  lines = [];
  before = setLogWriter((line) => lines.push(line));
});
afterEach(() => setLogWriter(before));

const library = (name: string) => ({ name, version: '1.2.3', file: 'index.js', directory: '/app' });
const row = (name: string, patch: Patch) => ({ instrumentation: name, load: () => patch });

test('a patch that throws leaves the library as it was, is counted, and is said once with its library and version', () => {
  const failed = counters.patchFailed;
  const exports = { query: () => 1 };
  const throwing = row('broken', () => {
    throw new Error('shape changed');
  });
  assert.equal(new Patcher(createTools).apply(throwing, exports, library('broken')), exports);
  assert.equal(new Patcher(createTools).apply(throwing, exports, library('broken')), exports);
  assert.equal(counters.patchFailed, failed + 2);
  assert.equal(lines.length, 1);
  assert.match(
    lines[0]!,
    /broken 1\.2\.3 could not be patched .*shape changed.*OTEL_NODE_DISABLED_INSTRUMENTATIONS=broken/,
  );
});

test('a patch that returns nothing keeps the exports, one that returns something replaces them', () => {
  const patcher = new Patcher(createTools);
  const exports = {};
  const other = {};
  assert.equal(
    patcher.apply(
      row('a', () => undefined),
      exports,
      library('a'),
    ),
    exports,
  );
  assert.equal(
    patcher.apply(
      row('b', () => other),
      exports,
      library('b'),
    ),
    other,
  );
});

test('an instrumentation that fails again and again is off after ten times, said once; others go on', () => {
  const tools = createTools('flaky');
  for (let i = 0; i < 9; i++) tools.fault(new Error('x'));
  assert.equal(tools.wanted(), true);
  tools.fault(new Error('x'));
  assert.equal(tools.wanted(), false);
  tools.fault(new Error('x'));
  assert.equal(createTools('other').wanted(), true);
  assert.equal(lines.filter((line) => line.includes('TA_PATCH_DISABLED')).length, 1);
  assert.equal(lines.filter((line) => line.includes('TA_PATCH_FAULT')).length, 1);
});
