/**
 * Guards the last accepted and the first rejected value of each limit, and the odd forms of each kind of value.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Options } from '../../../src/config/config';
import { optionNames, options } from '../../../src/config/options';
import { resolveConfig } from '../../../src/config/resolve';

/** The value of an option for a text in the environment; undefined where it was refused. */
function parsed(option: keyof Options, value: unknown): unknown {
  const { config, problems } = resolveConfig(
    typeof value === 'string' ? { env: { [options[option].env[0]!]: value } } : { code: { [option]: value } },
  );
  return problems.length > 0 ? undefined : (config as unknown as Record<string, unknown>)[option];
}

/** What the numbers have to be: written down here again, so that a change of the table is seen. */
const LIMITS: Record<string, [minimum: number, maximum: number]> = {
  agentPort: [1, 65_535],
  timeoutMillis: [1, 2_147_483_647],
  spoolMaxBytes: [65_536, 1_099_511_627_776],
  maxPacketSize: [508, 65_000],
  maxMessagesPerSecond: [1, 1_000_000],
  scheduleDelayMillis: [0, 2_147_483_647],
  maxQueueSize: [1, 1_000_000],
  maxQueueBytes: [65_536, 1_073_741_824],
  maxExportBatchSize: [1, 8192],
  exportTimeoutMillis: [1, 2_147_483_647],
  flushOnExitMillis: [0, 2_147_483_647],
  samplingRefreshIntervalMillis: [1, 2_147_483_647],
  samplingMaxOperations: [1, 1_000_000],
  tailSlowMillis: [0, 2_147_483_647],
  tailHoldMillis: [1, 2_147_483_647],
  tailMaxSpans: [1, 1_000_000],
  spanAttributeCountLimit: [0, Number.POSITIVE_INFINITY],
  spanEventCountLimit: [0, Number.POSITIVE_INFINITY],
  spanLinkCountLimit: [0, Number.POSITIVE_INFINITY],
  eventAttributeCountLimit: [0, Number.POSITIVE_INFINITY],
  linkAttributeCountLimit: [0, Number.POSITIVE_INFINITY],
  attributeValueLengthLimit: [0, Number.POSITIVE_INFINITY],
};

test('every number that this version uses has its limits tested', () => {
  const numbers = optionNames.filter(
    (name) => options[name].parser.minimum !== undefined && !options[name].yet,
  );
  assert.deepEqual([...numbers].sort(), Object.keys(LIMITS).sort());
});

for (const [name, [minimum, maximum]] of Object.entries(LIMITS)) {
  const option = name as keyof Options;
  test(`${option} accepts ${minimum} to ${maximum}, and nothing beside`, () => {
    assert.equal(parsed(option, minimum), minimum);
    assert.equal(parsed(option, String(minimum)), minimum);
    assert.equal(parsed(option, String(minimum - 1)), undefined);
    assert.equal(parsed(option, maximum), maximum);
    if (maximum !== Number.POSITIVE_INFINITY) {
      assert.equal(parsed(option, String(maximum)), maximum);
      assert.equal(parsed(option, String(maximum + 1)), undefined);
    }
    for (const text of ['1e3', '1.5', '0x10', 'NaN', 'Infinity', '1,000', '70 000', '--1']) {
      assert.equal(parsed(option, text), undefined, text);
    }
    for (const value of [Number.NaN, 1.5, {}, [], true]) assert.equal(parsed(option, value), undefined);
  });
}

test('milliseconds may have a unit', () => {
  for (const [text, value] of [
    ['500ms', 500],
    ['1s', 1000],
    ['1.5s', 1500],
    ['2m', 120_000],
    ['1h', 3_600_000],
    [' 7 ', 7],
    ['1d', undefined],
    ['s', undefined],
    ['600h', undefined],
  ] as const) {
    assert.equal(parsed('timeoutMillis', text), value, text);
  }
});

describe('switches', () => {
  test('know true, false, 1 and 0 in any case', () => {
    for (const text of ['true', 'TRUE', ' True ', '1']) assert.equal(parsed('disabled', text), true, text);
    for (const text of ['false', 'FALSE', '0']) assert.equal(parsed('disabled', text), false, text);
    for (const text of ['yes', '2', 'tru', 'null']) assert.equal(parsed('disabled', text), undefined, text);
    assert.equal(parsed('disabled', 1), undefined);
  });
});

describe('hosts and addresses', () => {
  test('a host is a name or an address, without a port', () => {
    for (const [text, value] of [
      ['jaeger-agent.observability.svc', 'jaeger-agent.observability.svc'],
      ['10.0.0.1', '10.0.0.1'],
      ['::1', '::1'],
      ['[fd00::1]', 'fd00::1'],
      ['a'.repeat(253), 'a'.repeat(253)],
      ['a'.repeat(254), undefined],
      ['jaeger:6831', undefined],
      ['http://jaeger', undefined],
      ['two words', undefined],
    ] as const) {
      assert.equal(parsed('agentHost', text), value, text);
    }
  });

  test('an endpoint gets the scheme, port and path that it lacks', () => {
    for (const [text, value] of [
      ['localhost:14268', 'http://localhost:14268/api/traces'],
      ['jaeger-collector', 'http://jaeger-collector:14268/api/traces'],
      ['http://jaeger:14268', 'http://jaeger:14268/api/traces'],
      ['http://jaeger', 'http://jaeger/api/traces'],
      ['jaeger:80/api/traces', 'http://jaeger/api/traces'],
      ['https://jaeger/in?format=jaeger.thrift', 'https://jaeger/in?format=jaeger.thrift'],
      ['[::1]:14268', 'http://[::1]:14268/api/traces'],
      ['fd00::1', 'http://[fd00::1]:14268/api/traces'],
      ['jaeger:65535', 'http://jaeger:65535/api/traces'],
      ['jaeger:65536', undefined],
      ['grpc://jaeger:14250', undefined],
      ['http://', undefined],
      ['a b:1', undefined],
    ] as const) {
      assert.equal(parsed('endpoint', text), value, text);
    }
  });

  test('user and password in an endpoint become settings of their own', () => {
    const { config } = resolveConfig({ env: { JAEGER_ENDPOINT: 'http://ada:p%40ss@jaeger:14268' } });
    assert.deepEqual(
      [config.endpoint, config.user, config.password],
      ['http://jaeger:14268/api/traces', 'ada', 'p@ss'],
    );
  });

  test('a token that no header can carry is refused', () => {
    assert.equal(parsed('authToken', 'bearer abc'), 'abc');
    for (const text of ['a b', 'a\r\nb', 'ü']) assert.equal(parsed('authToken', text), undefined);
    assert.equal(parsed('user', 'a:b'), undefined);
    assert.equal(parsed('traceContextHeaderName', 'no blanks'), undefined);
  });
});

describe('tags', () => {
  test('JAEGER_TAGS puts in variables and their defaults', () => {
    const env = {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Jaeger's own syntax
      JAEGER_TAGS: 'a=1, b = two ,c=${HERE},d=${AWAY:else:where},e=${AWAY},f=${EMPTY:x},g=x=y,h=',
      HERE: 'found',
      EMPTY: '',
    };
    const { config, problems } = resolveConfig({ env });
    assert.deepEqual(config.tags, { a: '1', b: 'two', c: 'found', d: 'else:where', f: 'x', g: 'x=y', h: '' });
    assert.deepEqual(problems, []);
  });

  test('OTEL_RESOURCE_ATTRIBUTES is percent-decoded, and a bad pair is named while the others count', () => {
    const { config, problems } = resolveConfig({
      env: { OTEL_RESOURCE_ATTRIBUTES: 'a=%20b%2C,c=%zz,alone,=x,%C3%BC=1,,' },
    });
    assert.deepEqual(config.resourceAttributes, { a: ' b,', ü: '1' });
    assert.deepEqual(
      problems.map(({ value, used }) => [value, used]),
      [
        ['c=%zz', 'the other pairs'],
        ['alone', 'the other pairs'],
        ['=x', 'the other pairs'],
      ],
    );
  });
});
