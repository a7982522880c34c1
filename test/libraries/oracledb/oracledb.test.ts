/**
 * oracledb under the agent, without a server: it is patched, and failures look the same as without the agent.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { runApp, traceApp } from '../../support/trace-app';

for (const library of ['oracledb6-lowest', 'oracledb6', 'oracledb7-lowest', 'oracledb7', 'oracledb']) {
  test(`${library}: what fails without a server looks the same, and a failed execution is a span without its values`, async (t) => {
    if (!needsLibrary(t, library)) return;
    const file = join(__dirname, 'refused.cjs');
    const env = { LIBRARY: library };
    const bare = await runApp(file, { preload: 'none', env });
    const run = await traceApp(file, { env });
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.stderr, '');
    assert.equal(run.stdout, bare.stdout);
    const spans = run.spans.filter((span) => span.name === 'SELECT birds');
    assert.ok(spans.length > 0);
    for (const span of spans) {
      assert.equal(span.tags['db.system.name'], 'oracle.db');
      assert.equal(span.tags['db.query.text'], 'SELECT ? FROM birds');
      assert.equal(span.tags.error, true);
    }
    assert.equal(JSON.stringify(run.spans).includes('canary'), false);
  });
}
