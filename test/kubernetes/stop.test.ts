/**
 * Guards that a controller which has stopped holds no process, whatever its handlers do: neither the time that a handler may
 * take (5 minutes) nor a retry of what failed after the stop.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { traceApp } from '../support/trace-app';

for (const [mode, name] of [
  ['STUCK', 'handlers that never settle'],
  ['LATE', 'handlers that fail when they are told of the stop'],
] as const) {
  test(`the process ends by itself after a stop: ${name}`, async () => {
    const { code, stdout, stderr, spans } = await traceApp(
      join(__dirname, 'fixtures/stopped-controller.cjs'),
      { args: [mode], timeout: 30_000 },
    );
    assert.deepEqual([code, stdout, stderr], [0, '500 not processed\n', '']);
    // Those that never settled are sent as they are at the end.
    assert.equal(spans.filter((span) => span.name === 'processJob').length, 500);
  });
}
