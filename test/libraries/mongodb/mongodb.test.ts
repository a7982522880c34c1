/**
 * Guards the spans of MongoDB's driver and of mongoose, with OpenTelemetry's instrumentations driven by this agent: in
 * the trace of the HTTP request that asks, without values, over a stand-in server's real protocol.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { startStandIn } from '../../support/stand-ins';
import { runApp, traceApp } from '../../support/trace-app';

const app = join(__dirname, 'shop-app.cjs');

test('what a request asks of MongoDB is in its trace, without values', async (t) => {
  if (!needsLibrary(t, 'mongodb', 'mongoose')) return;
  const url = await startStandIn(t, 'mongodb');
  if (url === undefined) return;
  const { spans, stdout, stderr, code } = await traceApp(app, { args: [url] });
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  const bare = await runApp(app, { args: [url], preload: 'none' });
  assert.deepEqual(JSON.parse(stdout), JSON.parse(bare.stdout));
  const served = spans.find((span) => span.tags['span.kind'] === 'server')!;
  const asked = spans.filter((span) => span.tags['db.system.name'] === 'mongodb');
  assert.deepEqual(
    asked.filter((span) => span.parentSpanId !== served.spanId || span.tags['span.kind'] !== 'client'),
    [],
  );
  const by = (library: string) =>
    asked
      .filter((span) => span.tags['otel.scope.name'] === `@opentelemetry/instrumentation-${library}`)
      .map((span) => span.name);
  const ofDriver = ['insert mugs', 'insert mugs', 'update mugs', 'find mugs', 'delete mugs'];
  const ofMongoose = ['insert jugs', 'find jugs', 'aggregate $cmd', 'delete jugs'];
  assert.deepEqual(by('mongodb'), [...ofDriver, ...ofMongoose]);
  assert.deepEqual(by('mongoose'), ['save jugs', 'findOne jugs', 'aggregate jugs', 'deleteOne jugs']);
  const find = asked.find((span) => span.name === 'find mugs')!;
  assert.equal(find.tags['db.namespace'], 'shop');
  assert.equal(find.tags['db.query.text'], '{"find":"?","filter":{"name":"?"},"projection":{"_id":"?"}}');
  assert.doesNotMatch(JSON.stringify(spans), /secret-/);
});
