/**
 * Guards that the agent stands back for the other vendors' real agents, and that an application which has both all the
 * same answers and ends as with the other alone. None of them has an account or a server here.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { repository } from '../support/cache';
import { libraryFolder, needsLibrary } from '../support/libraries';
import { traceApp } from '../support/trace-app';

const app = join(__dirname, 'asks.cjs');
const register = join(repository, 'register.js');
/** Where nobody listens, so that nothing leaves the machine; and no line of theirs on stderr. */
const nowhere = 'http://127.0.0.1:1';
const quiet = {
  DD_TRACE_AGENT_URL: nowhere,
  DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
  DD_REMOTE_CONFIGURATION_ENABLED: 'false',
  DD_TRACE_STARTUP_LOGS: 'false',
  NEW_RELIC_APP_NAME: 'shelf',
  NEW_RELIC_LICENSE_KEY: '0'.repeat(40),
  NEW_RELIC_HOST: '127.0.0.1',
  NEW_RELIC_PORT: '1',
  NEW_RELIC_LOG_ENABLED: 'false',
  ELASTIC_APM_SERVER_URL: nowhere,
  ELASTIC_APM_CENTRAL_CONFIG: 'false',
  ELASTIC_APM_CLOUD_PROVIDER: 'none',
  ELASTIC_APM_LOG_LEVEL: 'off',
};

describe("other vendors' agents", { concurrency: 2 }, () => {
  for (const [name, file] of [
    ['dd-trace', 'init.js'],
    ['newrelic', 'index.js'],
    ['elastic-apm-node', 'start.js'],
  ] as const) {
    const run = (files: string[], env: Record<string, string> = {}) =>
      traceApp(app, {
        preload: 'none',
        env: { ...quiet, ...env, NODE_OPTIONS: files.map((each) => `-r "${each}"`).join(' ') },
      });

    test(`${name}, preloaded before or after: stands back with one line; both, where a setting insists`, async (t) => {
      if (!needsLibrary(t, name)) return;
      const other = join(libraryFolder(name)!, file);
      const alone = await run([other]);
      assert.deepEqual([alone.stdout, alone.code], ['answered /shelf\n', 3], alone.stderr);
      const line = /^tracing-agent: .*\n/gm;
      for (const files of [
        [other, register],
        [register, other],
      ]) {
        const back = await run(files);
        assert.deepEqual([back.stdout, back.code, back.spans.length], [alone.stdout, 3, 0]);
        assert.equal(back.stderr.replace(line, ''), alone.stderr);
        const [said = '', ...more] = back.stderr.match(line) ?? [];
        assert.match(said, new RegExp(`^tracing-agent: ${name} is loaded .*TA_OTHER_AGENT`));
        assert.deepEqual(more, []);

        const both = await run(files, { TRACING_AGENT_INSIST: 'true' });
        assert.deepEqual([both.stdout, both.stderr, both.code], [alone.stdout, alone.stderr, 3]);
        // Those of the other agent's own requests are among them.
        const names = both.spans.map(
          (span) => `${span.tags['span.kind']} ${span.tags['url.path'] ?? span.tags['url.full']}`,
        );
        assert.ok(
          names.some((each) => /^server .*shelf/.test(each)),
          names.join(),
        );
        assert.ok(
          names.some((each) => /^client .*shelf/.test(each)),
          names.join(),
        );
      }
    });
  }
});
