/**
 * The public exporter in a `NodeSDK` that the application brings itself: the SDK's 2.x line here, its 3.x line on a
 * Node.js that can run it, both read back from a real Jaeger.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Jaeger, startJaeger } from '../../support/jaeger';
import { sdkNode3 } from '../../support/nodes';
import { needs } from '../../support/services';
import { runApp } from '../../support/trace-app';

let jaeger: Jaeger | undefined;
before(async () => {
  if (await needs({ skip: () => {} }, 'jaeger')) jaeger = await startJaeger();
});
after(() => jaeger?.stop());

const lines: { name: string; application?: string; node: string }[] = [
  { name: 'sdk-node 0.222 (2.x)', node: process.execPath },
  {
    name: `sdk-node ${sdkNode3.version} (3.x) on Node ${sdkNode3.node.name}`,
    ...sdkNode3,
    node: sdkNode3.node.path,
  },
];
const destinations: { name: string; options: (jaeger: Jaeger) => Record<string, unknown> }[] = [
  { name: '{ host, port }', options: ({ compactPort }) => ({ host: '127.0.0.1', port: compactPort }) },
  {
    name: '{ host, port, protocol: binary }',
    options: ({ binaryPort }) => ({ host: '127.0.0.1', port: binaryPort, protocol: 'binary' }),
  },
  { name: '{ endpoint }', options: ({ collectorUrl }) => ({ endpoint: collectorUrl }) },
];

for (const { name, application, node } of lines) {
  for (const destination of destinations) {
    test(`JaegerExporter(${destination.name}) brings the spans of ${name} to Jaeger`, async (t) => {
      if (application !== undefined && !sdkNode3.needs(t)) return;
      if (!(await needs(t, 'jaeger'))) return;
      const run = await runApp(join(__dirname, 'fixtures/node-sdk.cjs'), {
        node,
        preload: 'none',
        env: {
          ...(application === undefined ? {} : { APPLICATION: application }),
          OTEL_SERVICE_NAME: 'own-sdk',
          OTEL_METRICS_EXPORTER: 'none',
          OTEL_LOGS_EXPORTER: 'none',
          EXPORTER_OPTIONS: JSON.stringify(destination.options(jaeger!)),
        },
      });
      assert.deepEqual({ code: run.code, stderr: run.stderr }, { code: 0, stderr: '' });
      const spans = await jaeger!.findTrace(run.stdout.trim(), 2);
      assert.equal(spans.length, 2);
      const parent = spans.find((span) => span.name === 'checkout')!;
      const child = spans.find((span) => span.name === 'charge ✓')!;
      assert.equal(parent.service, 'own-sdk');
      assert.equal(parent.tags['span.kind'], 'server');
      assert.equal(parent.tags['cart.items'], 3);
      assert.equal(parent.tags['cart.total'], 9.5);
      assert.equal(parent.tags['otel.scope.name'], 'checkout');
      assert.equal(parent.tags['otel.scope.version'], '1.2.3');
      assert.equal(parent.processTags['telemetry.sdk.language'], 'nodejs');
      assert.equal(child.parentSpanId, parent.spanId);
      assert.equal(child.tags['span.kind'], 'client');
      assert.equal(child.tags.error, true);
      assert.equal(child.tags['otel.status_code'], 'ERROR');
      assert.equal(child.tags['otel.status_description'], 'card declined');
      assert.deepEqual(
        child.logs.map((log) => log.fields),
        [{ event: 'declined', code: 51 }],
      );
      assert.deepEqual(child.references, [{ refType: 1, traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }]);
    });
  }
}

for (const { name, application, node } of lines) {
  test(`propagators and the remote sampler serve ${name}`, async (t) => {
    if (application !== undefined && !sdkNode3.needs(t)) return;
    const run = await runApp(join(__dirname, 'fixtures/node-sdk-parts.cjs'), {
      node,
      preload: 'none',
      env: {
        ...(application === undefined ? {} : { APPLICATION: application }),
        OTEL_TRACES_EXPORTER: 'none',
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
      },
    });
    assert.deepEqual({ code: run.code, stderr: run.stderr }, { code: 0, stderr: '' });
    assert.deepEqual(JSON.parse(run.stdout), {
      before: false,
      type: 'probabilistic',
      param: 1,
      headers: ['uber-trace-id', 'traceparent', 'b3'],
      back: [true, true, true],
    });
  });
}
