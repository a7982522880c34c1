/**
 * Guards the last spans of a process that ends with no turn of its loop left, where they go by HTTP: they arrive, or
 * one line says how many did not, within the setting's time, and exit code and output are the application's.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { type CollectorStub, startCollectorStub } from '../../support/collector-stub';
import { nodes } from '../../support/nodes';
import { runApp } from '../../support/trace-app';

const app = join(__dirname, 'exits.cjs');

let stub: CollectorStub;
beforeEach(async () => {
  stub = await startCollectorStub();
});
afterEach(() => stub.close());

const ways = {
  jaeger: () => ({
    TRACING_AGENT_ENDPOINT: `${stub.url}/api/traces`,
    TRACING_AGENT_HEADERS: 'x-scope=team',
    TRACING_AGENT_AUTH_TOKEN: 'secret',
  }),
  otlp: () => ({
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: stub.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-scope=team,authorization=Bearer secret',
  }),
};
// A bound far above what is needed, for machines that are busy: nothing waits for it where the collector answers.
const patient = { TRACING_AGENT_FLUSH_ON_EXIT_MILLIS: '15000' };

/** How often a name of our spans is in what was posted. */
const spans = () =>
  stub.posts.reduce((sum, { body }) => sum + body.toString('latin1').split('span ').length - 1, 0);

for (const [way, env] of Object.entries(ways)) {
  for (const { name, path: node } of nodes) {
    test(`${way}: spans that end right before process.exit arrive, once, as all others (Node ${name})`, async () => {
      const run = await runApp(app, { node, env: { ...env(), ...patient, COUNT: '2000', LATER: '20' } });
      assert.deepEqual([run.stdout, run.stderr, run.code], ['out\n', '', 7]);
      assert.equal(spans(), 2_000);
      for (const { path, headers } of stub.posts) {
        assert.equal(path, way === 'otlp' ? '/v1/traces' : '/api/traces');
        assert.deepEqual([headers['x-scope'], headers.authorization], ['team', 'Bearer secret']);
        assert.equal(headers['content-type'], `application/x-${way === 'otlp' ? 'protobuf' : 'thrift'}`);
        assert.equal(headers.traceparent, undefined);
      }
    });
  }

  test(`${way}: and those right before an uncaught exception`, async () => {
    const bare = await runApp(app, { env: { COUNT: '3', HOW: 'throw' }, preload: 'none' });
    const run = await runApp(app, { env: { ...env(), ...patient, COUNT: '3', HOW: 'throw', LATER: '1' } });
    assert.deepEqual([run.stdout, run.code], [bare.stdout, bare.code]);
    assert.match(run.stderr, /Error: thrown by the application/);
    assert.doesNotMatch(run.stderr, /TA_/);
    assert.equal(spans(), 3);
  });

  test(`${way}: a preload that NODE_OPTIONS names is not read again for it`, async () => {
    const run = await runApp(app, {
      env: { ...env(), ...patient, COUNT: '3', LATER: '1' },
      preload: 'NODE_OPTIONS',
    });
    assert.deepEqual([run.stdout, run.stderr, run.code, spans()], ['out\n', '', 7, 3]);
  });

  test(`${way}: a collector that never answers holds the process for the setting's time, and the loss is said`, async () => {
    stub.silent = true;
    const begun = performance.now();
    const run = await runApp(app, {
      env: { ...env(), TRACING_AGENT_FLUSH_ON_EXIT_MILLIS: '300', COUNT: '5', LATER: '1' },
    });
    assert.ok(performance.now() - begun < 10_000);
    assert.deepEqual([run.stdout, run.code], ['out\n', 7]);
    assert.match(
      run.stderr,
      /^tracing-agent: the process ended before http:\S+ had taken its last 5 spans \(TA_LOST_AT_EXIT;[^\n]*\n$/,
    );
  });

  test(`${way}: with the setting at 0 nothing is waited for, and the loss is said`, async () => {
    const run = await runApp(app, {
      env: { ...env(), TRACING_AGENT_FLUSH_ON_EXIT_MILLIS: '0', COUNT: '5', LATER: '1' },
    });
    assert.deepEqual([run.stdout, run.code, spans()], ['out\n', 7, 0]);
    assert.match(run.stderr, /last 5 spans \(TA_LOST_AT_EXIT/);
  });
}

test('jaeger: spans of a process that ends in its first tick arrive too', async () => {
  const run = await runApp(app, { env: { ...ways.jaeger(), ...patient, COUNT: '3' } });
  assert.deepEqual([run.stdout, run.stderr, run.code, spans()], ['out\n', '', 7, 3]);
});
