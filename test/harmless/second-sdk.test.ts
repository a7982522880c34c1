/**
 * Guards an application that still sets up an OpenTelemetry SDK of its own: it runs as before, its spans by hand are in
 * the agent's traces, and one line says what the second SDK does.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { traceApp } from '../support/trace-app';

test("an application's own NodeSDK below the agent is named in one line", async () => {
  const { spans, stdout, stderr } = await traceApp(join(__dirname, 'second-sdk-app.cjs'));
  assert.equal(stdout, '0\n');
  assert.match(
    stderr,
    /^tracing-agent: the application sets up an OpenTelemetry SDK of its own \(the API \d+\.\d+\.\d+ was asked for a second tracer provider\).*TA_SECOND_SDK.*\n$/,
  );
  assert.deepEqual(
    spans.map((span) => span.name),
    ['by hand'],
  );
});
