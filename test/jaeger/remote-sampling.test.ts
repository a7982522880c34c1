/**
 * The remote sampler against real Jaeger's sampling server, with a file of strategies that changes while it runs.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Strategy } from '../../src/sample/remote/strategy';
import { StrategyPoller } from '../../src/sample/remote/strategy-poller';
import { type Jaeger, startJaeger } from '../support/jaeger';
import { needs } from '../support/services';
import { traceApp } from '../support/trace-app';

const folder = mkdtempSync(join(tmpdir(), 'strategies-'));
const file = join(folder, 'strategies.json');
const write = (services: object[]) =>
  writeFileSync(
    file,
    JSON.stringify({ default_strategy: { type: 'probabilistic', param: 0 }, service_strategies: services }),
  );

let jaeger: Jaeger | undefined;
before(async (t) => {
  write([
    { service: 'per-service', type: 'probabilistic', param: 0.75 },
    { service: 'limited', type: 'ratelimiting', param: 5 },
    {
      service: 'per-operation',
      type: 'probabilistic',
      param: 0.25,
      operation_strategies: [{ operation: 'GET /orders', type: 'probabilistic', param: 0.5 }],
    },
    { service: 'a name&with = signs', type: 'probabilistic', param: 1 },
  ]);
  if (await needs(t as never, 'jaeger')) jaeger = await startJaeger({ SAMPLING_FILE: file });
});
after(async () => {
  await jaeger?.stop();
  rmSync(folder, { recursive: true });
});

/** The strategies of a service, one after the other as they change, until `enough` says so. */
function strategies(serviceName: string, enough: (latest: Strategy) => boolean): Promise<Strategy> {
  return new Promise((resolve) => {
    const poller = new StrategyPoller({
      endpoint: jaeger!.samplingUrl,
      serviceName,
      interval: 50,
      onStrategy(strategy) {
        if (!enough(strategy)) return;
        poller.stop();
        resolve(strategy);
      },
    });
    poller.start();
    // The poller holds no process; a test's must live until the answer is there.
    const alive = setInterval(() => {}, 1000);
    const stop = poller.stop.bind(poller);
    poller.stop = () => {
      clearInterval(alive);
      stop();
    };
  });
}

test('strategies of a service and of its operations are understood, and a changed file is followed', async (t) => {
  if (!(await needs(t, 'jaeger'))) return;
  const any = () => true;
  assert.deepEqual(await strategies('per-service', any), { type: 'probabilistic', rate: 0.75 });
  assert.deepEqual(await strategies('limited', any), { type: 'ratelimiting', tracesPerSecond: 5 });
  assert.deepEqual(await strategies('a name&with = signs', any), { type: 'probabilistic', rate: 1 });
  const operations = await strategies('per-operation', any);
  assert.equal(operations.type, 'operations');
  assert.deepEqual(operations.type === 'operations' && [operations.defaultRate, operations.operations], [
    0.25,
    [{ operation: 'GET /orders', rate: 0.5 }],
  ]);
  write([{ service: 'per-service', type: 'probabilistic', param: 0.125 }]);
  const changed = await strategies(
    'per-service',
    (latest) => latest.type === 'probabilistic' && latest.rate !== 0.75,
  );
  assert.deepEqual(changed, { type: 'probabilistic', rate: 0.125 });
});

for (const settings of [
  {
    OTEL_TRACES_SAMPLER: 'parentbased_jaeger_remote',
    OTEL_TRACES_SAMPLER_ARG: 'endpoint=URL,initialSamplingRate=0',
  },
  { JAEGER_SAMPLER_TYPE: 'remote', JAEGER_SAMPLER_PARAM: '0', JAEGER_SAMPLING_ENDPOINT: 'URL' },
]) {
  test(`an application with ${Object.keys(settings)[0]} takes its strategy from Jaeger, and ends by itself`, async (t) => {
    if (!(await needs(t, 'jaeger'))) return;
    write([{ service: 'until-sampled', type: 'probabilistic', param: 1 }]);
    const env = Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [name, value.replace('URL', jaeger!.samplingUrl)]),
    );
    const more = {
      OTEL_SERVICE_NAME: 'until-sampled',
      TRACING_AGENT_SAMPLING_REFRESH_INTERVAL_MILLIS: '200',
    };
    const run = await traceApp(join(__dirname, 'fixtures/until-sampled.cjs'), { env: { ...env, ...more } });
    assert.deepEqual([run.stdout, run.stderr, run.code], ['kept after the first answer\n', '', 0]);
    assert.deepEqual(
      run.spans.map(({ name, tags }) => [name, tags['sampler.type'], tags['sampler.param']]),
      [['kept in the end', 'probabilistic', 1]],
    );
  });
}
