/**
 * Guards how a sampler's name and argument come together, out of OpenTelemetry's words and Jaeger's.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Environment } from '../../../src/config/parser';
import { resolveConfig } from '../../../src/config/resolve';

function sampler(env: Environment): unknown[] {
  const { config, problems } = resolveConfig({ env });
  const { type, argument, parentBased } = config.sampler;
  return [type, argument, parentBased, ...problems.map(({ code, name, used }) => `${code} ${name} ${used}`)];
}

test('without a setting every trace is kept, and a parent is followed', () => {
  assert.deepEqual(sampler({}), ['always_on', 1, true]);
});

test("OpenTelemetry's samplers follow a parent if they say so, Jaeger's always", () => {
  assert.deepEqual(sampler({ OTEL_TRACES_SAMPLER: 'always_off' }), ['always_off', 0, false]);
  assert.deepEqual(sampler({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '.25' }), [
    'traceidratio',
    0.25,
    false,
  ]);
  assert.deepEqual(sampler({ TRACES_SAMPLER: 'parentbased_traceidratio' }), ['traceidratio', 1, true]);
  assert.deepEqual(sampler({ JAEGER_SAMPLER_TYPE: 'const', JAEGER_SAMPLER_PARAM: '0' }), ['const', 0, true]);
  assert.deepEqual(sampler({ JAEGER_SAMPLER_TYPE: 'const', JAEGER_SAMPLER_PARAM: 'true' }), [
    'const',
    1,
    true,
  ]);
  assert.deepEqual(sampler({ JAEGER_SAMPLER_TYPE: 'probabilistic' }), ['probabilistic', 0.001, true]);
  const limited = { JAEGER_SAMPLER_TYPE: 'ratelimiting', JAEGER_SAMPLER_PARAM: '2.5' };
  assert.deepEqual(sampler(limited), ['ratelimiting', 2.5, true]);
});

test('a share is from 0 to 1, const takes 0 or 1', () => {
  const ratio = (argument: string) =>
    sampler({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: argument });
  for (const argument of ['0', '1'])
    assert.deepEqual(ratio(argument), ['traceidratio', Number(argument), false]);
  for (const argument of ['-0.001', '1.001', 'abc', 'Infinity']) {
    assert.deepEqual(ratio(argument), [
      'traceidratio',
      1,
      false,
      'TA_SETTING_INVALID OTEL_TRACES_SAMPLER_ARG 1',
    ]);
  }
  assert.deepEqual(sampler({ JAEGER_SAMPLER_TYPE: 'const', JAEGER_SAMPLER_PARAM: '0.5' }), [
    'const',
    1,
    true,
    'TA_SETTING_INVALID JAEGER_SAMPLER_PARAM 1',
  ]);
});

test("remote samplers: Jaeger's follow a parent, OpenTelemetry's if its name says so", () => {
  assert.deepEqual(sampler({ JAEGER_SAMPLER_TYPE: 'remote', JAEGER_SAMPLER_PARAM: '0.5' }), [
    'remote',
    0.5,
    true,
  ]);
  assert.deepEqual(sampler({ OTEL_TRACES_SAMPLER: 'jaeger_remote' }), ['remote', 0.001, false]);
  assert.deepEqual(sampler({ OTEL_TRACES_SAMPLER: 'parentbased_jaeger_remote' }), ['remote', 0.001, true]);
});

test("a remote sampler's list sets endpoint, interval and first rate, under what is set for them higher up", () => {
  const env = {
    OTEL_TRACES_SAMPLER: 'jaeger_remote',
    OTEL_TRACES_SAMPLER_ARG: 'endpoint=http://j:5778,pollingIntervalMs=5000,initialSamplingRate=0.25',
    JAEGER_SAMPLING_ENDPOINT: 'http://lower:1/x',
  };
  const { config, problems } = resolveConfig({ env });
  assert.deepEqual(problems, []);
  assert.equal(config.sampler.argument, 0.25);
  assert.equal(config.samplingEndpoint, 'http://j:5778/sampling');
  assert.equal(config.samplingRefreshIntervalMillis, 5000);
  const higher = { ...env, TRACING_AGENT_SAMPLING_ENDPOINT: 'higher:2' };
  assert.equal(resolveConfig({ env: higher }).config.samplingEndpoint, 'http://higher:2/sampling');
});

test("a part of a remote sampler's list that cannot be used is named, and the others hold", () => {
  const argument = 'endpoint=ftp://x,pollingIntervalMs=0,initialSamplingRate=2,rate=1';
  const { config, problems } = resolveConfig({
    env: { OTEL_TRACES_SAMPLER: 'jaeger_remote', OTEL_TRACES_SAMPLER_ARG: argument },
  });
  assert.equal(problems.length, 4);
  assert.equal(config.samplingEndpoint, 'http://localhost:5778/sampling');
  assert.equal(config.sampler.argument, 0.001);
});

test('an argument beside a sampler that lost is lost with it; one that stands alone goes to the winner', () => {
  const lost = { JAEGER_SAMPLER_TYPE: 'const', JAEGER_SAMPLER_PARAM: '0' };
  assert.deepEqual(sampler({ ...lost, OTEL_TRACES_SAMPLER: 'traceidratio' }), ['traceidratio', 1, false]);
  assert.deepEqual(sampler({ JAEGER_SAMPLER_PARAM: '0', OTEL_TRACES_SAMPLER: 'traceidratio' }), [
    'traceidratio',
    0,
    false,
  ]);
  assert.deepEqual(sampler({ JAEGER_SAMPLER_PARAM: '0.1' }), [
    'always_on',
    1,
    true,
    'TA_SETTING_INVALID JAEGER_SAMPLER_PARAM parentbased_always_on',
  ]);
});

test('TRACING_AGENT_ENABLE keeps every trace of this process', () => {
  assert.deepEqual(sampler({ TRACING_AGENT_ENABLE: 'true', OTEL_TRACES_SAMPLER: 'always_off' }), [
    'always_on',
    1,
    true,
  ]);
  assert.deepEqual(sampler({ TRACING_AGENT_ENABLE: 'false', OTEL_TRACES_SAMPLER: 'always_off' }), [
    'always_off',
    0,
    false,
  ]);
});
