/**
 * Guards applications whose bundler has put their copy of OpenTelemetry's API where no hook sees it load: its spans are
 * in the trace, between those of the agent.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { rolldown } from 'rolldown';
import { repository } from '../support/cache';
import { traceApp } from '../support/trace-app';

const folder = mkdtempSync(join(tmpdir(), 'tracing-agent-copies-'));
after(() => rmSync(folder, { recursive: true }));

for (const [index, api] of [
  '@opentelemetry/api',
  '@oldest-opentelemetry/api',
  '@newest-opentelemetry/api',
].entries()) {
  for (const minify of [false, true]) {
    test(`${api} inside of a ${minify ? 'minified ' : ''}bundle`, async () => {
      const file = join(folder, `${index}-${minify}.cjs`);
      const bundle = await rolldown({
        input: join(__dirname, 'copies.cjs'),
        platform: 'node',
        logLevel: 'silent',
        resolve: { alias: { 'api-under-test': join(repository, 'node_modules', api) } },
      });
      await bundle.write({ file, format: 'cjs', minify });
      await bundle.close();
      const { spans, stdout, stderr } = await traceApp(file);
      assert.equal(stderr, '');
      // Only the version that the agent has itself is noted; that of a copy inside of a bundle is not known.
      assert.equal(
        stdout,
        { '@opentelemetry/api': 'true\n', '@newest-opentelemetry/api': 'false\n' }[api] ?? '',
      );
      assert.equal(new Set(spans.map((span) => span.traceId)).size, 1);
      const byHand = spans.find((span) => span.name === 'by hand')!;
      assert.equal(byHand.tags.active, true);
      const parent = spans.find((span) => span.spanId === byHand.parentSpanId)!;
      assert.equal(parent.tags['span.kind'], 'server');
      const child = spans.find((span) => span.parentSpanId === byHand.spanId)!;
      assert.equal(child.tags['span.kind'], 'client');
    });
  }
}
