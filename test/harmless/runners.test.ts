/**
 * Guards that test runners and process managers, named by NODE_OPTIONS, do what they do without the agent (Jest,
 * Vitest, pm2), and that what Jest runs in its own process and what pm2 starts is traced.
 */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { libraryFolder, needsLibrary } from '../support/libraries';
import { readEmitBatch } from '../support/read-batch';
import { runApp, type SeenSpan, spansOf, traceApp } from '../support/trace-app';

// Real, since Node compares with what a link leads to.
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tracing-agent-runners-')));
after(() => rmSync(folder, { recursive: true, maxRetries: 5 }));
writeFileSync(join(folder, 'package.json'), '{"name":"shelf","private":true}');
cpSync(join(__dirname, 'asks.cjs'), join(folder, 'asks.cjs'));

/** Puts a file below the folder. @returns its path */
function file(path: string, text: string): string {
  const at = join(folder, path);
  mkdirSync(dirname(at), { recursive: true });
  writeFileSync(at, text);
  return at;
}

/** Of each test file, the server's span and the client's. */
const kinds = (spans: SeenSpan[]) => spans.map((span) => span.tags['span.kind']).sort();
/** Without times, which differ, and the colours around them. */
const plain = (text: string) =>
  text
    .replaceAll(/\u001b\[[\d;]*m/g, '')
    .replaceAll(/^.*(Time:|Duration|Start at).*$/gm, '')
    .replaceAll(/ *\(?\d+(\.\d+)? ?m?s\)?/g, '');
// Jest and Vitest say so on a busy machine, with the agent and without.
const sorted = (text: string) =>
  plain(text)
    .split('\n')
    .filter((line) => !/failed to exit gracefully|close timed out/.test(line))
    .sort();

describe('test runners', { concurrency: 1 }, () => {
  const body = `asks', async () => { expect(await asks()).toBe('answered /shelf'); });
    test('fails', () => { expect(1).toBe(2); });`;

  test('Jest, in one process and in workers: works, and its tests are traced', async (t) => {
    if (!needsLibrary(t, 'jest')) return;
    for (const name of ['one', 'two'])
      file(`jest/${name}.test.js`, `const asks = require('../asks.cjs'); test('${body}`);
    const bin = join(libraryFolder('jest')!, 'bin/jest.js');
    for (const mode of ['--runInBand', '--maxWorkers=2']) {
      const options = { args: ['--rootDir', join(folder, 'jest'), mode], cwd: folder, timeout: 120_000 };
      const bare = await runApp(bin, { ...options, preload: 'none' });
      assert.match(bare.stderr, /Tests: +2 failed, 2 passed, 4 total/);
      const run = await traceApp(bin, { ...options, preload: 'NODE_OPTIONS' });
      assert.deepEqual([run.code, sorted(run.stderr)], [bare.code, sorted(bare.stderr)]);
      assert.equal(run.stdout, bare.stdout);
      // Jest kills workers that don't end at once: what waits in them then is lost.
      if (mode === '--runInBand')
        assert.deepEqual(kinds(run.spans), ['client', 'client', 'server', 'server']);
    }
  });

  for (const name of ['vitest', 'vitest3'])
    test(`${name}, in processes and in threads: works`, async (t) => {
      if (!needsLibrary(t, name)) return;
      const place = libraryFolder(name)!;
      const root = join(folder, name);
      mkdirSync(join(root, 'node_modules'), { recursive: true });
      symlinkSync(place, join(root, 'node_modules/vitest'), 'junction');
      for (const each of ['one', 'two'])
        file(
          `${name}/${each}.test.mjs`,
          `import { expect, test } from 'vitest'; import asks from '../asks.cjs'; test('${body}`,
        );
      for (const pool of ['forks', 'threads']) {
        const args = ['run', '--root', root, '--pool', pool, '--no-file-parallelism'];
        const options = { args, cwd: root, timeout: 120_000 };
        const bare = await runApp(join(place, 'vitest.mjs'), { ...options, preload: 'none' });
        assert.match(plain(bare.stdout), /Tests +2 failed \| 2 passed \(4\)/);
        const run = await traceApp(join(place, 'vitest.mjs'), { ...options, preload: 'NODE_OPTIONS' });
        assert.deepEqual([run.code, sorted(run.stdout)], [bare.code, sorted(bare.stdout)]);
        assert.deepEqual(sorted(run.stderr), sorted(bare.stderr));
        assert.ok(kinds(run.spans).every((kind) => kind === 'client' || kind === 'server'));
        // Vitest terminates its threads, and what waits in them is lost. Its processes send on SIGTERM, and have half a
        // second for it; on a busy machine that may be too little once.
        if (pool === 'threads') continue;
        let sent = run.spans;
        for (let more = 2; more > 0 && sent.length < 4; more--)
          sent = (await traceApp(join(place, 'vitest.mjs'), { ...options, preload: 'NODE_OPTIONS' })).spans;
        assert.deepEqual(kinds(sent), ['client', 'client', 'server', 'server']);
      }
    });
});

test('pm2: its command and its daemon run untraced, the application that it starts is traced', async (t) => {
  if (!needsLibrary(t, 'pm2')) return;
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const spans: SeenSpan[] = [];
  socket.on('message', (packet) => spans.push(...spansOf(readEmitBatch(packet))));
  const four = new Promise<void>((resolve, reject) => {
    setTimeout(() => reject(new Error(`${kinds(spans)} within 60 s`)), 60_000).unref();
    socket.on('message', () => spans.length >= 4 && resolve());
  });
  const home = join(folder, 'pm2');
  const pm2 = (...args: string[]) =>
    runApp(join(libraryFolder('pm2')!, 'bin/pm2'), {
      args,
      cwd: tmpdir(),
      preload: 'NODE_OPTIONS',
      timeout: 60_000,
      env: {
        PM2_HOME: home,
        PM2_DISABLE_VERSION_CHECK: 'true',
        OTEL_EXPORTER_JAEGER_AGENT_HOST: '127.0.0.1',
        OTEL_EXPORTER_JAEGER_AGENT_PORT: String(socket.address().port),
      },
    });
  const app = file(
    'kept.cjs',
    `require('./asks.cjs')().then((text) => console.log(text)); setInterval(() => {}, 1e6);`,
  );
  const settings = file(
    'kept.config.js',
    `const tags = (mode) => ({ OTEL_RESOURCE_ATTRIBUTES: 'mode=' + mode });
    module.exports = { apps: ['fork', 'cluster'].map((mode) =>
      ({ name: mode, exec_mode: mode, script: ${JSON.stringify(app)}, merge_logs: true,
        env: tags(mode) })) };`,
  );
  try {
    const start = await pm2('start', settings);
    assert.deepEqual([start.code, start.stderr], [0, ''], start.stdout);
    await four;
    // In cluster mode pm2 sets the variables only after Node has preloaded the agent.
    for (const mode of ['fork', 'cluster']) {
      const its = spans.filter(({ processTags }) => processTags.mode === mode);
      assert.deepEqual(kinds(its), ['client', 'server'], mode);
      assert.deepEqual([...new Set(its.map(({ service }) => service))], ['shelf']);
      assert.equal(readFileSync(join(home, `logs/${mode}-out.log`), 'utf8'), 'answered /shelf\n');
      assert.equal(readFileSync(join(home, `logs/${mode}-error.log`), 'utf8'), '');
    }
    const stop = await pm2('kill');
    assert.deepEqual([stop.code, stop.stderr], [0, ''], stop.stdout);
  } finally {
    socket.close();
    // Only where the test failed before its end: the daemon would stay.
    const id = join(home, 'pm2.pid');
    if (existsSync(id)) process.kill(Number(readFileSync(id, 'utf8')));
  }
});
