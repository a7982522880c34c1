/** Guards how sampling rules match and decide. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Attributes, ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import { AlwaysOnSampler, SamplingDecision } from '@opentelemetry/sdk-trace-base';
import { samplingRules } from '../../../src/config/sampling-rules';
import { RulesSampler } from '../../../src/sample/rules-sampler';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

function create(text: string, headers: Record<string, string> = {}): RulesSampler {
  const problems: string[] = [];
  const rules = samplingRules.parse(text, {
    env: {},
    invalid: (problem) => problems.push(problem),
    notYet() {},
  });
  assert.deepEqual(problems, []);
  return new RulesSampler({
    rules: rules!,
    serviceName: 'shop',
    other: new AlwaysOnSampler(),
    headerOf: (_, name) => headers[name],
  });
}

const kept = (
  sampler: RulesSampler,
  attributes: Attributes,
  kind = SpanKind.SERVER,
  name = 'GET',
  trace = TRACE,
) =>
  sampler.shouldSample(ROOT_CONTEXT, trace, name, kind, attributes, []).decision ===
  SamplingDecision.RECORD_AND_SAMPLED;

test('each subject, whole or with stars, and all of them together', () => {
  const get = { 'http.request.method': 'GET', 'url.path': '/health/live', 'user.id': 7 };
  for (const [condition, matches] of [
    ['path=/health*', true],
    ['path=/health', false],
    ['path=*/live', true],
    ['path=*alth*iv*', true],
    ['path=/health/live*live', false],
    ['path=/x|/health/live', true],
    ['method=get', true],
    ['method=POST|PUT', false],
    ['kind=server', true],
    ['kind=client|consumer', false],
    ['name=GET', true],
    ['service=shop', true],
    ['service=other', false],
    ['header.x-test=*', true],
    ['header.x-absent=*', false],
    ['attribute.user.id=7', true],
    ['path=/health* method=POST', false],
    ['', true],
  ] as const) {
    assert.equal(kept(create(`drop ${condition}`, { 'x-test': '' }), get), !matches, condition);
  }
  assert.equal(kept(create('drop path=/a'), { 'url.full': 'http://h:1/a?b=c' }, SpanKind.CLIENT), false);
  assert.equal(kept(create('drop path=/'), { 'url.full': 'http://h:1' }, SpanKind.CLIENT), false);
});

test('the first rule that matches decides, and says so on the span', () => {
  const sampler = create('keep path=/health/deep; drop path=/health*');
  assert.equal(kept(sampler, { 'url.path': '/health' }), false);
  const { attributes } = sampler.shouldSample(
    ROOT_CONTEXT,
    TRACE,
    'GET',
    SpanKind.SERVER,
    { 'url.path': '/health/deep' },
    [],
  );
  assert.deepEqual(attributes, { 'sampler.type': 'rule', 'sampler.param': 'keep path=/health/deep' });
});

test('ratio keeps its share by trace id within 5 sigma, rate so many a second', () => {
  const ratio = create('ratio=0.3');
  let seed = 11;
  const next = () => {
    seed = (seed * 1664525 + 1013904223) >>> 0;
    return seed.toString(16).padStart(8, '0');
  };
  let count = 0;
  const total = 10_000;
  for (let index = 0; index < total; index++) {
    if (kept(ratio, {}, SpanKind.SERVER, 'x', next() + next() + next() + next())) count++;
  }
  assert.ok(Math.abs(count - total * 0.3) < 5 * Math.sqrt(total * 0.3 * 0.7), `${count}`);
  const rate = create('rate=3');
  const burst = Array.from({ length: 10 }, () => kept(rate, {}));
  assert.equal(burst.filter(Boolean).length, 3);
});

test('a rule by route decides when the route is known, and only then', () => {
  const sampler = create('keep path=/now; drop route=/users/:id; drop attribute.tenant=test');
  assert.deepEqual([...sampler.watched].sort(), ['http.route', 'tenant']);
  const subject = (attributes: Attributes) => ({
    context: ROOT_CONTEXT,
    traceId: TRACE,
    name: 'GET',
    kind: SpanKind.SERVER,
    attributes,
  });
  assert.equal(kept(sampler, { 'url.path': '/users/7' }), true);
  assert.equal(sampler.reconsider('http.route', subject({ 'http.route': '/users/:id' })), false);
  assert.equal(sampler.reconsider('http.route', subject({ 'http.route': '/orders' })), undefined);
  assert.equal(
    sampler.reconsider('http.route', subject({ 'url.path': '/now', 'http.route': '/users/:id' })),
    undefined,
    'an earlier rule has decided',
  );
});
