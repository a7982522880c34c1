/**
 * Guards the border around a library's patch: what fails, finds nothing, or meets a newer version leaves the library as it was.
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { AlwaysOnSampler, BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { counters } from '../../../src/diagnostics/counters';
import { setLogWriter } from '../../../src/diagnostics/log';
import type { Patch } from '../../../src/patch/instrumentation';
import { Patcher } from '../../../src/patch/patcher';
import { Toolbox } from '../../../src/patch/toolbox';
import { assign, wrap } from '../../../src/patch/wrap';

const tracer = new BasicTracerProvider({ sampler: new AlwaysOnSampler() }).getTracer('test');
const createTools = (instrumentation: string) =>
  new Toolbox({
    instrumentation,
    tracer: () => tracer,
    options: { urlQuery: 'redact' },
    followsParent: true,
  });

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

test('a patch that finds nothing to wrap says so, in a version it was written for', () => {
  const patch: Patch = (exports) => {
    wrap(exports, 'query', 'test', (original) => original);
    wrap(exports, 'execute', 'test', (original) => original);
  };
  const patcher = new Patcher(createTools);
  const { patched, patchFailed } = counters;
  const query = () => 1;
  patcher.apply(row('partly', patch), { query }, library('partly'));
  assert.deepEqual(lines, []);
  const other = { ask: query };
  assert.equal(patcher.apply(row('changed', patch), other, library('changed')), other);
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /changed 1\.2\.3 \(index\.js\) .*query, execute not found.*TA_PATCH_NOTHING/);
  assert.deepEqual([counters.patched, counters.patchFailed], [patched + 1, patchFailed + 1]);
});

test('a newer version is patched where it has all that is wrapped, else it stays as it was', () => {
  const patch: Patch = (exports) => {
    const make = () => () => 'wrapped';
    wrap(exports, 'query', 'test', make);
    wrap(Object.getPrototypeOf(exports), 'ask', 'test', make);
    wrap(exports, 'execute', 'test', make);
    assign(exports, 'default', 'test', make);
  };
  const patcher = new Patcher(createTools);
  const shape = { query: () => 1, default: () => 1 };
  const fitting = Object.assign(Object.create({ ask: () => 1 }), shape, { execute: () => 1 });
  patcher.apply(row('fitting', patch), fitting, { ...library('fitting'), newer: true });
  assert.deepEqual([fitting.query(), fitting.ask(), fitting.default()], ['wrapped', 'wrapped', 'wrapped']);
  const prototype = { ask: () => 1 };
  const lacking = Object.assign(Object.create(prototype), shape);
  const before = Object.getOwnPropertyDescriptors(lacking);
  patcher.apply(row('lacking', patch), lacking, {
    ...library('lacking'),
    directory: '/lacking',
    newer: true,
  });
  assert.deepEqual(Object.getOwnPropertyDescriptors(lacking), before);
  assert.equal(prototype.ask(), 1);
  assert.equal(lines.length, 1);
});

test('what a patch had wrapped before it threw is as it was', () => {
  const exports = { query: () => 1 };
  const { query } = exports;
  const half: Patch = (given) => {
    wrap(given, 'query', 'test', () => () => 2);
    throw new Error('frozen');
  };
  new Patcher(createTools).apply(row('half', half), exports, library('half'));
  assert.equal(exports.query, query);
});

test('an instrumentation that fails again and again is off after ten times, said once; others go on', () => {
  const tools = createTools('flaky');
  for (let i = 0; i < 9; i++) tools.fault(new Error('x'));
  assert.ok(tools.wanted());
  tools.fault(new Error('x'));
  assert.equal(tools.wanted(), undefined);
  tools.fault(new Error('x'));
  assert.ok(createTools('other').wanted());
  assert.equal(lines.filter((line) => line.includes('TA_PATCH_DISABLED')).length, 1);
  assert.equal(lines.filter((line) => line.includes('TA_PATCH_FAULT')).length, 1);
});

test('odd input among calls that work never switches an instrumentation off; a failure at each call does', () => {
  const ended = (tools: ReturnType<typeof createTools>) =>
    tools.endClientSpan(tools.startClientSpan('query', {})!);
  const tools = createTools('given odd input');
  for (let call = 0; call < 100; call++) {
    if (call % 10 === 0) tools.fault(new Error('trapped'));
    else for (let other = 0; other < 2; other++) ended(tools);
  }
  assert.ok(tools.wanted());
  // Half of what a call does may work, as ending its span.
  const broken = createTools('broken');
  for (let call = 0; call < 10; call++) {
    broken.fault(new Error('x'));
    ended(broken);
  }
  assert.equal(broken.wanted(), undefined);
});
