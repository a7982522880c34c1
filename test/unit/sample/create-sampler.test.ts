/**
 * Guards what the settings make of sampling: each sampler's share and tags, and what a parent or a debug id changes.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Context, createContextKey, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace-base';
import type { SamplerType } from '../../../src/config/config';
import { createSampler, type SamplerOptions } from '../../../src/sample/create-sampler';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const NO_REMOTE = { serviceName: '', endpoint: '', interval: 0, maxOperations: 0 };
const create = (options: Omit<SamplerOptions, 'roots'>, roots: SamplerOptions['roots'] = 'all') =>
  createSampler({ ...options, roots }, NO_REMOTE).sampler;
const ask = (
  type: SamplerType,
  argument: number,
  parentBased = true,
  context = ROOT_CONTEXT,
  traceId = TRACE,
) => create({ type, argument, parentBased }).shouldSample(context, traceId, 'name', SpanKind.SERVER, {}, []);
const parent = (traceFlags: number) =>
  trace.setSpanContext(ROOT_CONTEXT, {
    traceId: TRACE,
    spanId: 'b7ad6b7169203331',
    traceFlags,
    isRemote: true,
  });

test('const keeps all or none, and tags the root with a boolean', () => {
  assert.deepEqual(ask('const', 1).attributes, { 'sampler.type': 'const', 'sampler.param': true });
  assert.equal(ask('const', 0).decision, SamplingDecision.NOT_RECORD);
});

test('probabilistic keeps its share of a thousand random traces, within five standard deviations', () => {
  const sampler = create({ type: 'probabilistic', argument: 0.25, parentBased: false });
  let seed = 7;
  const hex = () => {
    // A linear congruential generator: the same thousand ids in every run.
    seed = (seed * 1664525 + 1013904223) >>> 0;
    return seed.toString(16).padStart(8, '0');
  };
  let kept = 0;
  for (let i = 0; i < 1000; i++) {
    const id = hex() + hex() + hex() + hex();
    if (
      sampler.shouldSample(ROOT_CONTEXT, id, '', SpanKind.SERVER, {}, []).decision ===
      SamplingDecision.RECORD_AND_SAMPLED
    )
      kept++;
  }
  const sigma = Math.sqrt(1000 * 0.25 * 0.75);
  assert.ok(Math.abs(kept - 250) < 5 * sigma, `kept ${kept}`);
});

test('a debug id keeps its trace, with the text as a tag, whatever the sampler says; a parent goes before it', () => {
  const key = createContextKey('debug id');
  const { sampler } = createSampler(
    { type: 'always_off', argument: 0, parentBased: true, roots: 'all' },
    NO_REMOTE,
    { debugIdOf: (context) => context.getValue(key) as string },
  );
  const debugged = ROOT_CONTEXT.setValue(key, 'why');
  const decide = (context: Context) => sampler.shouldSample(context, TRACE, 'name', SpanKind.SERVER, {}, []);
  assert.deepEqual(decide(debugged), {
    decision: SamplingDecision.RECORD_AND_SAMPLED,
    attributes: { 'jaeger-debug-id': 'why' },
  });
  assert.equal(decide(ROOT_CONTEXT).decision, SamplingDecision.NOT_RECORD);
  assert.equal(decide(parent(0).setValue(key, 'why')).decision, SamplingDecision.NOT_RECORD);
});

test('a parent decides where the sampler is parent-based, without tags; else the sampler does', () => {
  assert.equal(ask('const', 0, true, parent(1)).decision, SamplingDecision.RECORD_AND_SAMPLED);
  assert.equal(ask('const', 1, true, parent(1)).attributes, undefined);
  assert.equal(ask('const', 1, true, parent(0)).decision, SamplingDecision.NOT_RECORD);
  assert.equal(ask('const', 1, false, parent(0)).decision, SamplingDecision.RECORD_AND_SAMPLED);
});

test('roots: with incoming only what came sampled is kept, also under a sampler that ignores parents; with none nothing', () => {
  const decide = (roots: SamplerOptions['roots'], context: Context) =>
    create({ type: 'always_on', argument: 1, parentBased: false }, roots).shouldSample(
      context,
      TRACE,
      '',
      SpanKind.SERVER,
      {},
      [],
    ).decision;
  assert.equal(decide('incoming', ROOT_CONTEXT), SamplingDecision.NOT_RECORD);
  assert.equal(decide('incoming', parent(0)), SamplingDecision.NOT_RECORD);
  assert.equal(decide('incoming', parent(1)), SamplingDecision.RECORD_AND_SAMPLED);
  assert.equal(decide('none', parent(1)), SamplingDecision.NOT_RECORD);
});

test('samplers that are shown no trace id would decide the same with any', () => {
  const made = (type: SamplerType, more: Partial<SamplerOptions> = {}) =>
    createSampler({ type, argument: 0.5, parentBased: true, roots: 'all', ...more }, NO_REMOTE);
  for (const type of ['const', 'always_on', 'always_off'] as const) {
    const { readsTraceId, sampler } = made(type);
    assert.equal(readsTraceId, false, type);
    const decided = (traceId: string) =>
      sampler.shouldSample(ROOT_CONTEXT, traceId, 'name', SpanKind.SERVER, {}, []);
    for (const traceId of [TRACE, '0'.repeat(31).concat('1'), 'f'.repeat(32)])
      assert.deepEqual(decided(''), decided(traceId), type);
  }
  for (const type of ['probabilistic', 'traceidratio'] as const)
    assert.equal(made(type).readsTraceId, true, type);
  // A rule may ask for a share.
  const rules = [{ action: 'ratio', argument: 0.5, conditions: [], text: 'ratio=0.5' }] as const;
  assert.equal(made('const', { rules }).readsTraceId, true);
  assert.equal(made('probabilistic', { roots: 'incoming' }).readsTraceId, false);
});
