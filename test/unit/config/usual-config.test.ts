/**
 * Guards that the short way to the settings finds what the whole table of them finds, or stands aside; and that the usual
 * settings take it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { usualSamplers, usualVariables } from '../../../scripts/usual-table';
import type { Surroundings } from '../../../src/config/environment';
import { givenVariables } from '../../../src/config/given-variables';
import { optionNames, options } from '../../../src/config/options';
import { resolveConfig } from '../../../src/config/resolve';
import { usualConfig } from '../../../src/config/usual-config';
import * as table from '../../../src/config/usual-table';

const NEXT = 'run `npm run docs` and biome';

test('the made table is that of the settings', () => {
  assert.deepEqual(table.defaults, resolveConfig().config, NEXT);
  assert.deepEqual(table.usualVariables, usualVariables(), NEXT);
  assert.deepEqual(table.usualSamplers, usualSamplers(), NEXT);
  assert.ok(usualSamplers().includes('const'));
});

const surroundings = (env: Record<string, string>): Surroundings => ({
  env,
  mainScript: '/srv/shop/server.js',
  directory: '/srv/shop',
  readFile: (path) => (path === '/srv/shop/package.json' ? '{"name":"shop"}' : undefined),
});

const shortWay = (env: Record<string, string>, code: object) =>
  usualConfig(surroundings(env), code, givenVariables(env));

test('what is usually set takes the short way', () => {
  const all: Record<string, string>[] = [
    {},
    { PATH: '/bin', JAEGER_SERVICE_NAME: '', OTEL_EXPORTER_JAEGER_AGENT_PORT: ' 6831 ' },
    {
      OTEL_SERVICE_NAME: 'shop',
      OTEL_TRACES_EXPORTER: 'jaeger',
      OTEL_EXPORTER_JAEGER_AGENT_HOST: '10.0.0.7',
    },
    { JAEGER_SERVICE_NAME: 'shop', JAEGER_SAMPLER_TYPE: 'const', JAEGER_SAMPLER_PARAM: '1' },
    { OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=shop, k8s.pod.name = shop-7 ,empty=' },
    { JAEGER_TAGS: 'tier=web,zone=a=b' },
    { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' },
    { OTEL_EXPORTER_JAEGER_ENDPOINT: 'http://jaeger-collector.observability:14268/api/traces' },
    { TRACING_AGENT_AGENT_HOST: 'jaeger-agent.observability.svc', TRACING_AGENT_SAMPLER: 'always_off' },
  ];
  for (const env of all) {
    const { config, problems } = resolveConfig(surroundings(env));
    assert.deepEqual(problems, []);
    assert.deepEqual(shortWay(env, {}), config, JSON.stringify(env));
  }
});

/** Pieces from which both usual values and nearly usual ones come. */
const value = fc.oneof(
  fc.constantFrom(
    ...Object.keys(samplerWords()),
    ...[
      'jaeger',
      'otlp',
      'none',
      'shop',
      '0',
      '1',
      '2',
      '0.5',
      '.5',
      '5.',
      '1e3',
      '-1',
      '6831',
      '6832',
      '65536',
    ],
    ...[
      '[::1]',
      '::1',
      'a:1',
      'user@host',
      'tcp://10.0.0.1:6831',
      'http://h',
      'http://h/',
      'http://h/api/traces',
    ],
    ...[
      'http://u:p@h/api/traces',
      'https://H/api/traces',
      'http://h:80/api/traces',
      'http://h/a?b#',
      'http://h/ä',
    ],
    ...[
      'a=b',
      'a=b,a=c',
      'a=b,,c=d',
      '=b',
      'a',
      'a=%41',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Jaeger's own syntax
      'a=${HOME:x}',
      'service.name=x',
      '__proto__=x,b=c',
      'a=b,',
    ],
    ...['h:14268', 'http://h/a#b', 'Const', ' ', '\t10.0.0.1 ', 'ho_st', '00', 'a'.repeat(254)],
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.nat(70_000).map(String),
  fc.double({ min: 0, max: 2, noNaN: true }).map(String),
);
const variable = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...Object.keys(usualVariables())) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...optionNames.flatMap((name) => [...options[name].env, ...(options[name].discovered ?? [])]),
      'TRACING_AGENT_HOST',
      'OTEL_METRICS_EXPORTER',
      'PATH',
    ),
  },
);

function samplerWords(): Record<string, true> {
  const words = options.sampler.parser.accepts.match(/[a-z_]+/g) ?? [];
  return Object.fromEntries(words.map((word) => [word, true]));
}

test('the short way finds what the table finds, or stands aside', () => {
  let taken = 0;
  fc.assert(
    fc.property(
      fc.dictionary(variable, value, { maxKeys: 4 }),
      fc.option(fc.constantFrom<string>('shop', ' '), { nil: undefined }),
      (env, inCode) => {
        const code = inCode === undefined ? {} : { serviceName: inCode };
        const short = shortWay(env, code);
        if (short === undefined) return;
        taken++;
        const { config, problems } = resolveConfig({ ...surroundings(env), code });
        assert.deepEqual(problems, []);
        assert.deepEqual(short, config);
      },
    ),
    { numRuns: 20_000, seed: 7 },
  );
  assert.ok(taken > 500, `only ${taken} environments took it`);
});

test('options in code stand aside, whatever they are', () => {
  const throwing = new Proxy({}, { ownKeys: () => assert.fail('asked') });
  for (const code of [{ tags: {} }, Object.create({ serviceName: 'x' }), ['x'], throwing])
    assert.equal(shortWay({}, code), undefined);
});
