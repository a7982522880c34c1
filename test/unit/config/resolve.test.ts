/**
 * Guards which source of a setting wins, and what is said about values that can't be used.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Config, Options } from '../../../src/config/config';
import { optionNames, options } from '../../../src/config/options';
import type { Environment } from '../../../src/config/parser';
import { resolveConfig } from '../../../src/config/resolve';

function config(env: Environment, code?: Options): Config {
  return resolveConfig({ env, code }).config;
}

/** Name, value and what is used, of each problem. */
function said(env: Environment, code?: unknown): string[] {
  return resolveConfig({ env, code }).problems.map(
    ({ code, name, value, problem, used }) => `${code} ${name}=${value} ${problem}; using ${used}`,
  );
}

/** A usable value for each option that isn't its default, and what it means. */
const SAMPLES: Record<string, [text: string, value: unknown]> = {
  serviceName: ['shop', 'shop'],
  resourceAttributes: ['a=1', { a: '1' }],
  tags: ['a=1', { a: '1' }],
  exporter: ['none', []],
  exporterFallback: ['c:1', ['http://c:1/api/traces']],
  agentHost: ['jaeger', 'jaeger'],
  agentPort: ['7000', 7000],
  agentProtocol: ['binary', 'binary'],
  endpoint: ['http://c:1/x', 'http://c:1/x'],
  user: ['ada', 'ada'],
  password: ['pw', 'pw'],
  authToken: ['Bearer t0', 't0'],
  headers: ['X-Scope=a', { 'x-scope': 'a' }],
  timeoutMillis: ['7', 7],
  compression: ['gzip', 'gzip'],
  caFile: ['/ca.pem', '/ca.pem'],
  certFile: ['/cert.pem', '/cert.pem'],
  keyFile: ['/key.pem', '/key.pem'],
  spoolDir: ['/spool', '/spool'],
  spoolMaxBytes: ['1000000', 1_000_000],
  maxPacketSize: ['1300', 1300],
  maxMessagesPerSecond: ['50', 50],
  sampler: ['always_off', { type: 'always_off', argument: 0, parentBased: false }],
  roots: ['incoming', 'incoming'],
  samplingEndpoint: ['s:1', 'http://s:1/sampling'],
  samplingRefreshIntervalMillis: ['7', 7],
  samplingMaxOperations: ['7', 7],
  samplingRules: [
    'drop path=/health*',
    [
      {
        action: 'drop',
        argument: 0,
        conditions: [{ subject: 'path', patterns: ['/health*'] }],
        text: 'drop path=/health*',
      },
    ],
  ],
  tailSlowMillis: ['7', 7],
  tailHoldMillis: ['7', 7],
  tailMaxSpans: ['7', 7],
  debugRate: ['0.5', 0.5],
  debugCallers: ['10.0.0.0/8, ::1', ['10.0.0.0/8', '::1']],
  debugSecret: ['s3', 's3'],
  debugSecretHeaderName: ['X-S', 'x-s'],
  debugCreditsEndpoint: ['s:1', 'http://s:1/credits'],
  propagators: ['tracecontext', ['tracecontext']],
  traceContextHeaderName: ['X-Trace', 'x-trace'],
  debugHeaderName: ['X-Debug', 'x-debug'],
  traceId128Bit: ['false', false],
  baggageTags: ['tenant, userId', ['tenant', 'userId']],
  baggageLogs: ['false', false],
  scheduleDelayMillis: ['7', 7],
  maxQueueSize: ['700', 700],
  maxQueueBytes: ['70000', 70_000],
  maxExportBatchSize: ['7', 7],
  exportTimeoutMillis: ['7', 7],
  flushOnExitMillis: ['7', 7],
  spanAttributeCountLimit: ['7', 7],
  spanEventCountLimit: ['7', 7],
  spanLinkCountLimit: ['7', 7],
  eventAttributeCountLimit: ['7', 7],
  linkAttributeCountLimit: ['7', 7],
  attributeValueLengthLimit: ['7', 7],
  redactKeys: ['Card.*, *password*', ['card.*', '*password*']],
  maxOverhead: ['3%', 3],
  healthSignal: ['true', true],
  disabled: ['true', true],
  processSpan: ['true', true],
  processArguments: ['true', true],
  onDemand: ['true', true],
  enabledInstrumentations: ['@opentelemetry/instrumentation-http,pg', ['http', 'pg']],
  disabledInstrumentations: ['HTTP', ['http']],
  additionalInstrumentations: ['dns', ['dns']],
  instrumentationOptions: ['{"GraphQL":{"depth":2}}', { graphql: { depth: 2 } }],
  esModules: ['on', 'on'],
  urlQuery: ['keep', 'keep'],
  detail: ['handler', 'handler'],
  sqlComment: ['true', true],
  logCorrelation: ['true', true],
  urlQueryVisible: ['page,sort', ['page', 'sort']],
  urlQueryRedacted: ['token', ['token']],
  captureServerRequestHeaders: ['X-Request-Id, x-tenant-*', ['x-request-id', 'x-tenant-*']],
  captureServerResponseHeaders: ['Content-Type', ['content-type']],
  captureClientRequestHeaders: ['X-Own', ['x-own']],
  captureClientResponseHeaders: ['*', ['*']],
  responseHeader: ['Trace-Id', 'trace-id'],
  ignoredMethods: ['options', ['OPTIONS']],
  ignoredPaths: ['/healthz,/static/*', ['/healthz', '/static/*']],
  httpTimings: ['true', true],
  logLevel: ['debug', 'debug'],
  unfinishedSpans: ['false', false],
  insist: ['true', true],
  skip: ['seed,migrate', ['seed', 'migrate']],
  tools: ['true', true],
  configFile: ['x.json', 'x.json'],
};
/** Values that the lower of two sources holds in the test of precedence. */
const UNSUPPORTED = ['samplerArgument', 'otlpProtocol', 'enable'];

describe('each variable of each option', () => {
  for (const option of optionNames) {
    const sample = SAMPLES[option];
    if (sample === undefined) {
      assert.ok(options[option].yet || UNSUPPORTED.includes(option), `a sample for ${option}`);
      continue;
    }
    for (const name of options[option].env) {
      test(`${name} sets ${option}`, () => {
        const { config, sources, problems } = resolveConfig({ env: { [name]: sample[0] } });
        assert.deepEqual(config[option as keyof Config], sample[1]);
        assert.equal(sources[option].name, name);
        assert.deepEqual(problems, []);
      });
    }
  }

  test('a setting that only a later version uses is checked, named once, and without effect', () => {
    for (const option of optionNames) {
      const { env, yet, default: value } = options[option];
      if (!yet) continue;
      for (const name of env) {
        const text =
          typeof value === 'number' ? '77' : typeof value === 'boolean' ? 'true' : 'http://other:1/x';
        const { config, problems } = resolveConfig({ env: { [name]: text } });
        assert.deepEqual(config[option as keyof Config], value);
        assert.deepEqual(
          problems.map((problem) => [problem.code, problem.name]),
          [['TA_SETTING_NOT_YET', name]],
        );
      }
    }
  });
});

describe('precedence', () => {
  test('of one setting: code, TRACING_AGENT, OTEL, JAEGER, TRACES, Kubernetes, file, default', () => {
    const env: Record<string, string> = {
      TRACING_AGENT_AGENT_HOST: 'own',
      OTEL_EXPORTER_JAEGER_AGENT_HOST: 'otel',
      JAEGER_AGENT_HOST: 'jaeger',
      TRACES_EXPORTER_JAEGER_AGENT_HOST: 'traces',
      JAEGER_AGENT_SERVICE_HOST: '10.0.0.1',
      TRACING_AGENT_CONFIG_FILE: '/settings.json',
    };
    const readFile = (): string => '{"agentHost": "file"}';
    const of = (code?: Options) => resolveConfig({ env, code, readFile }).config.agentHost;
    assert.equal(of({ agentHost: 'code' }), 'code');
    const found: string[] = [];
    for (const name of [...Object.keys(env)]) {
      found.push(of());
      delete env[name];
    }
    found.push(of());
    assert.deepEqual(found, ['own', 'otel', 'jaeger', 'traces', '10.0.0.1', 'file', 'localhost']);
  });

  test('an empty or blank variable counts as unset', () => {
    assert.equal(config({ OTEL_SERVICE_NAME: '', JAEGER_SERVICE_NAME: 'shop' }).serviceName, 'shop');
    assert.deepEqual(said({ OTEL_BSP_SCHEDULE_DELAY: '  ' }), []);
  });

  test('a value that cannot be used gives way to the next source', () => {
    const env = { OTEL_BSP_SCHEDULE_DELAY: 'abc', JAEGER_REPORTER_FLUSH_INTERVAL: '500ms' };
    assert.equal(config(env).scheduleDelayMillis, 500);
    assert.deepEqual(said(env), [
      'TA_SETTING_INVALID OTEL_BSP_SCHEDULE_DELAY=abc is not a whole number of milliseconds; using 500 ms',
    ]);
  });

  test('collector and agent: the higher source wins, of equals the collector', () => {
    const endpoint = (env: Environment, code?: Options) => config(env, code).endpoint;
    const url = 'http://c:1/x';
    assert.equal(endpoint({ OTEL_EXPORTER_JAEGER_ENDPOINT: url, OTEL_EXPORTER_JAEGER_AGENT_HOST: 'a' }), url);
    assert.equal(endpoint({ OTEL_EXPORTER_JAEGER_ENDPOINT: url, JAEGER_AGENT_HOST: 'a' }), url);
    assert.equal(endpoint({ JAEGER_ENDPOINT: url, OTEL_EXPORTER_JAEGER_AGENT_HOST: 'a' }), undefined);
    assert.equal(endpoint({ JAEGER_ENDPOINT: url, TRACING_AGENT_AGENT_PORT: '6832' }), undefined);
    assert.equal(endpoint({ TRACING_AGENT_ENDPOINT: url }, { agentHost: 'a' }), undefined);
    assert.deepEqual(
      resolveConfig({ env: { JAEGER_ENDPOINT: url, OTEL_EXPORTER_JAEGER_AGENT_HOST: 'a' } }).sources.endpoint,
      { kind: 'excluded', name: 'OTEL_EXPORTER_JAEGER_AGENT_HOST' },
    );
  });

  test('user and token: the higher source wins, of equals the user', () => {
    const both = config({ JAEGER_USER: 'ada', JAEGER_PASSWORD: 'pw', JAEGER_AUTH_TOKEN: 't' });
    assert.deepEqual([both.user, both.password, both.authToken], ['ada', 'pw', undefined]);
    const token = config({ JAEGER_USER: 'ada', JAEGER_PASSWORD: 'pw', TRACING_AGENT_AUTH_TOKEN: 't' });
    assert.deepEqual([token.user, token.password, token.authToken], [undefined, undefined, 't']);
  });

  test('attributes and tags of all sources are put together, key by key', () => {
    const { resourceAttributes, tags } = config(
      { OTEL_RESOURCE_ATTRIBUTES: 'k8s.pod.name=p,team=otel,zone=1', JAEGER_TAGS: 'zone=2,rack=3' },
      { resourceAttributes: { team: 'code' }, tags: { 'k8s.pod.name': 'mine', cores: 4 } },
    );
    assert.deepEqual(resourceAttributes, { team: 'code', zone: '1' });
    assert.deepEqual(tags, { 'k8s.pod.name': 'mine', cores: 4, rack: '3' });
  });
});

describe('Jaeger agent port', () => {
  test('6832 means the binary protocol, unless it is set', () => {
    assert.equal(config({ JAEGER_AGENT_PORT: '6832' }).agentProtocol, 'binary');
    assert.equal(config({ JAEGER_AGENT_PORT: '6831' }).agentProtocol, 'compact');
    assert.equal(
      config({ JAEGER_AGENT_PORT: '6832' }, { agentProtocol: 'compact' }).agentProtocol,
      'compact',
    );
  });

  test('a Kubernetes service variable is no port number, and no mistake either', () => {
    for (const address of ['tcp://10.0.0.1:6831', 'udp://10.0.0.1:6831']) {
      const { config, problems } = resolveConfig({ env: { JAEGER_AGENT_PORT: address } });
      assert.deepEqual([config.agentHost, config.agentPort], ['10.0.0.1', 6831]);
      assert.deepEqual(problems, []);
    }
    const env = { JAEGER_AGENT_PORT: 'tcp://10.0.0.1:5778', JAEGER_AGENT_HOST: 'node' };
    assert.deepEqual([config(env).agentHost, config(env).agentPort], ['node', 6831]);
    assert.deepEqual(
      said({ TRACING_AGENT_PORT: 'tcp://10.0.0.1:80', TRACING_AGENT_SERVICE_HOST: '10.0.0.1' }),
      [],
    );
  });
});

describe('exporter', () => {
  test('none turns the agent off', () => {
    assert.equal(config({ TRACES_EXPORTER: 'none' }).disabled, true);
    assert.equal(config({ OTEL_TRACES_EXPORTER: 'none' }).disabled, true);
    assert.equal(config({}, { exporter: 'none' }).disabled, true);
    assert.equal(config({ TRACES_EXPORTER: 'none', OTEL_TRACES_EXPORTER: 'jaeger' }).disabled, false);
  });

  test('a list keeps its order', () => {
    assert.deepEqual(config({ OTEL_TRACES_EXPORTER: 'otlp,console' }).exporter, ['otlp', 'console']);
  });

  test('fallbacks are collectors and otlp; what is neither is named, without its password', () => {
    const name = 'TRACING_AGENT_EXPORTER_FALLBACK';
    assert.deepEqual(config({ [name]: 'c:1, OTLP,http://d/x' }).exporterFallback, [
      'http://c:1/api/traces',
      'otlp',
      'http://d/x',
    ]);
    assert.deepEqual(said({ [name]: 'ftp://ada:pw@c,http://bob:pw@d:1' }), [
      `TA_SETTING_INVALID ${name}=ftp://***@c is not an http or https address; using http://***@d:1/api/traces`,
    ]);
  });

  test('protocols of otlp other than http/protobuf are named where otlp is used, and only there', () => {
    const env = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
    assert.deepEqual(said(env), []);
    const line =
      'TA_SETTING_NOT_YET OTEL_EXPORTER_OTLP_PROTOCOL=grpc is not supported by this version yet; using http/protobuf';
    assert.deepEqual(said({ ...env, OTEL_TRACES_EXPORTER: 'otlp' }), [line]);
    assert.deepEqual(said({ ...env, TRACING_AGENT_EXPORTER_FALLBACK: 'otlp' }), [line]);
  });
});

describe('propagators', () => {
  test('an unknown propagator is named and left out of a list', () => {
    const env = { OTEL_PROPAGATORS: 'b3,tracecontext,nonsense' };
    const { config, problems } = resolveConfig({ env });
    assert.deepEqual(config.propagators, ['b3', 'tracecontext']);
    assert.deepEqual(
      problems.map(({ code, value, used }) => [code, value, used]),
      [['TA_SETTING_INVALID', 'nonsense', 'b3,tracecontext']],
    );
  });

  test("b3 is one header in OpenTelemetry's variable and several in Jaeger's", () => {
    const of = (env: Record<string, string>) => resolveConfig({ env }).config.propagators;
    assert.deepEqual(of({ OTEL_PROPAGATORS: 'b3' }), ['b3']);
    assert.deepEqual(of({ OTEL_PROPAGATORS: 'b3multi' }), ['b3multi']);
    assert.deepEqual(of({ JAEGER_PROPAGATION: 'jaeger, b3' }), ['jaeger', 'b3multi']);
  });

  test('w3c and none have their meaning', () => {
    assert.deepEqual(config({ JAEGER_PROPAGATION: 'w3c,jaeger' }).propagators, [
      'tracecontext',
      'baggage',
      'jaeger',
    ]);
    assert.deepEqual(config({ OTEL_PROPAGATORS: 'none' }).propagators, []);
    assert.deepEqual(config({}, { propagators: [] }).propagators, []);
  });
});

describe('batch', () => {
  test('a batch is never larger than the queue; only a batch that was set is spoken of', () => {
    assert.equal(config({ OTEL_BSP_MAX_QUEUE_SIZE: '100' }).maxExportBatchSize, 100);
    assert.deepEqual(said({ OTEL_BSP_MAX_QUEUE_SIZE: '100' }), []);
    assert.deepEqual(said({ OTEL_BSP_MAX_QUEUE_SIZE: '100', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '101' }), [
      'TA_SETTING_INVALID OTEL_BSP_MAX_EXPORT_BATCH_SIZE=101 is more than the 100 of the queue; using 100 spans',
    ]);
    assert.deepEqual(said({ OTEL_BSP_MAX_QUEUE_SIZE: '100', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '100' }), []);
  });
});

describe('names that do not exist', () => {
  test('are named with the nearest that does', () => {
    const { problems } = resolveConfig({
      env: { TRACING_AGENT_AGENT_HSOT: 'x', TRACING_AGENT_HOST: 'x', TRACING_AGENT_XYZZY: 'x' },
      code: { endpiont: 'x' },
    });
    assert.deepEqual(
      problems.map(({ code, name, suggestion }) => [code, name, suggestion]),
      [
        ['TA_SETTING_UNKNOWN', 'endpiont', ' (did you mean endpoint?)'],
        ['TA_SETTING_UNKNOWN', 'TRACING_AGENT_AGENT_HSOT', ' (did you mean TRACING_AGENT_AGENT_HOST?)'],
        ['TA_SETTING_UNKNOWN', 'TRACING_AGENT_HOST', ' (did you mean TRACING_AGENT_AGENT_HOST?)'],
        ['TA_SETTING_UNKNOWN', 'TRACING_AGENT_XYZZY', ''],
      ],
    );
  });
});

describe('settings file', () => {
  const of = (readFile: (path: string) => string | undefined) =>
    resolveConfig({ env: { TRACING_AGENT_CONFIG_FILE: '/s.json' }, readFile });

  test('gives options under their names', () => {
    const { config, sources, problems } = of(
      () => '\uFEFF{"agentPort": 6832, "tags": {"a": 1}, "propagators": ["jaeger"]}',
    );
    assert.deepEqual([config.agentPort, config.tags, config.propagators], [6832, { a: 1 }, ['jaeger']]);
    assert.equal(sources.agentPort.kind, 'file');
    assert.deepEqual(problems, []);
  });

  test('that is missing, unreadable or malformed is named, never quoted', () => {
    const denied = (): never => {
      throw Object.assign(new Error('no'), { code: 'EACCES' });
    };
    const problem = (readFile: (path: string) => string | undefined) =>
      of(readFile).problems.map((each) => each.problem);
    assert.deepEqual(
      problem(() => undefined),
      ['it does not exist'],
    );
    assert.deepEqual(problem(denied), ['it cannot be read (EACCES)']);
    assert.deepEqual(
      problem(() => '[]'),
      ['it does not hold a JSON object'],
    );
    assert.match(problem(() => '{"password": "hunter2",}')[0]!, /^it is not JSON/);
    assert.ok(!JSON.stringify(of(() => '{"password": hunter2}')).includes('hunter2'));
    assert.deepEqual(
      of(() => '{"agentPort": 0, "prot": 1}').problems.map(({ code, name }) => [code, name]),
      [
        ['TA_SETTING_UNKNOWN', '/s.json: prot'],
        ['TA_SETTING_INVALID', '/s.json: agentPort'],
      ],
    );
  });
});
