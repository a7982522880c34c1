/**
 * Guards the spans of OpenAI's client where it is imported as the ES modules that it then is: those of the CommonJS
 * client (test/libraries/contrib), and nothing changed for the application.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { nodeNamed } from '../../support/nodes';
import { runApp, traceApp } from '../../support/trace-app';

const app = join(__dirname, 'chat.mjs');

// Through the loader's thread, and through hooks on the main thread.
for (const name of ['20', '24']) {
  const node = nodeNamed(name)?.path;
  const skip = node === undefined && 'run "npm run nodes"';
  test(`openai as ES modules on Node ${name}: calls are above their requests`, { skip }, async (t) => {
    if (!needsLibrary(t, 'openai')) return;
    const { spans, stdout, stderr, code } = await traceApp(app, { node: node! });
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    const bare = await runApp(app, { node: node!, preload: 'none' });
    assert.equal(stdout, bare.stdout);
    const above = spans
      .filter((span) => span.tags['span.kind'] === 'client' && span.name === 'POST')
      .map((request) => spans.find((span) => span.spanId === request.parentSpanId)?.name);
    assert.deepEqual(above.sort(), ['chat gpt-s', 'chat gpt-x', 'chat none']);
    const named = (span: string) => spans.find((each) => each.name === span)!.tags;
    assert.equal(named('chat gpt-x')['gen_ai.usage.output_tokens'], 5);
    assert.equal(named('chat none')['error.type'], 'NotFoundError');
    assert.equal(named('chat gpt-s')['error.type'], undefined);
    assert.doesNotMatch(JSON.stringify(spans), /secret-/);
  });
}
