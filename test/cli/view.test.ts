/**
 * Guards `tracing-agent view` and `run --view`: the address printed answers with the page and with what was traced, the
 * command's signals and exit code are its own, and no browser opens where nobody asked for one.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { plainEnv } from '../support/trace-app';
import { CLI, cli, FIXTURES } from './run-cli';

const folder = mkdtempSync(join(tmpdir(), 'tracing-agent-view-'));
after(() => rmSync(folder, { recursive: true }));

/** What the command opens addresses with, on Linux: it notes the address instead. */
const opened = join(folder, 'opened');
writeFileSync(join(folder, 'xdg-open'), `#!/bin/sh\necho "$1" > '${opened}'\n`);
chmodSync(join(folder, 'xdg-open'), 0o755);
const env = { PATH: `${folder}:${process.env.PATH}` };

const FREE = ['--port=0', '--compact-port=0', '--binary-port=0', '--http-port=0', '--otlp-port=0'];

interface Started {
  child: ChildProcess;
  /** The first line, or the first that the pattern fits. */
  line(stream: 'stdout' | 'stderr', pattern?: RegExp): Promise<string>;
  ended(): Promise<[code: number | null, signal: string | null]>;
}

function start(t: TestContext, args: string[]): Started {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: FIXTURES,
    env: { ...plainEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]!.setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  const closed = once(child, 'close') as Promise<[number | null, string | null]>;
  return {
    child,
    async line(name, pattern = /./) {
      for (;;) {
        const found = said[name]
          .split('\n')
          .slice(0, -1)
          .find((each) => pattern.test(each));
        if (found !== undefined) return found;
        await once(child[name]!, 'data', { signal: AbortSignal.timeout(20_000) });
      }
    },
    ended: () => closed,
  };
}

const page = async (url: string) => (await fetch(url)).text();

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`view prints its address, which answers with the page, and ends with 0 on ${signal}`, async (t) => {
    const view = start(t, ['view', ...FREE, '--sampling-port=off']);
    const url = await view.line('stdout');
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.match(await page(`${url}/search`), /<div id="page">/);
    assert.match(await view.line('stderr', /^compact/), /127\.0\.0\.1:\d+$/);
    view.child.kill(signal);
    assert.deepEqual(await view.ended(), [0, null]);
    assert.equal(existsSync(opened), false, 'no browser without --open');
  });
}

test('view --json prints the addresses, null for what is off; a span sent there is found', async (t) => {
  const view = start(t, ['view', ...FREE, '--sampling-port=off', '--json']);
  const addresses = JSON.parse(await view.line('stdout'));
  assert.equal(addresses.sampling, null);
  const { code } = await cli([
    'run',
    '--endpoint',
    addresses.http,
    '--service',
    'seen',
    '--trace',
    '--',
    'true',
  ]);
  assert.equal(code, 0);
  const { data } = (await (await fetch(`${addresses.query}/api/traces?service=seen`)).json()) as {
    data: unknown[];
  };
  assert.equal(data.length, 1);
});

test('view --links takes a file of link patterns', async (t) => {
  const links = join(folder, 'links.json');
  writeFileSync(links, JSON.stringify([{ type: 'traces', url: 'http://logs/#{traceID}', text: 'Logs' }]));
  const view = start(t, ['view', ...FREE, '--sampling-port=off', '--links', links]);
  const { data } = JSON.parse(await page(`${await view.line('stdout')}/api/links`));
  assert.deepEqual(data, {
    file: links,
    patterns: [{ type: 'traces', keys: [], url: 'http://logs/#{traceID}', text: 'Logs' }],
    errors: [],
  });
});

test('view --open opens the address', async (t) => {
  if (process.platform !== 'linux') return t.skip('the stand-in is for xdg-open');
  const view = start(t, ['view', ...FREE, '--sampling-port=off', '--open']);
  await view.line('stdout');
  t.after(() => rmSync(opened, { force: true }));
  while (!existsSync(opened)) await new Promise(setImmediate);
});

test('view names the port that is taken, and ends with 1', async (t) => {
  const first = start(t, ['view', ...FREE, '--sampling-port=off', '--json']);
  const { otlp } = JSON.parse(await first.line('stdout'));
  const taken = new URL(otlp).port;
  const { code, stderr } = await cli(['view', ...FREE, '--sampling-port=off', `--otlp-port=${taken}`]);
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`port ${taken} for otlp: another process listens there`));
});

test('run --view: the page shows the command while it runs; its exit code is kept, and no browser opens', async (t) => {
  const app = join(folder, 'exits.cjs');
  writeFileSync(
    app,
    `const server = require('http').createServer((request, response) => {
       response.end();
       if (request.url === '/end') { process.exitCode = 7; server.close(); }
     });
     server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port));`,
  );
  const run = start(t, ['run', '--view', '--service', 'viewed', '--', process.execPath, app]);
  const url = (await run.line('stderr', /traces are at/)).split(' ').at(-1)!;
  assert.match(await page(url), /<div id="page">/);
  const port = (await run.line('stdout', /^port/)).split(' ')[1];
  const live = await fetch(`${url}/api/live`);
  const ask = (path: string) =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } });
  await ask('/');
  const decoder = new TextDecoder();
  let events = '';
  for await (const chunk of live.body!) {
    events += decoder.decode(chunk, { stream: true });
    if (events.includes('"rootService":"viewed"')) break;
  }
  assert.match(events, /"rootService":"viewed"/);
  await ask('/end');
  assert.deepEqual(await run.ended(), [7, null]);
  assert.equal(existsSync(opened), false, 'no terminal, no browser');
});

test('run --view passes signals on, and ends as the command ended', async (t) => {
  const run = start(t, ['run', '--view', '--', process.execPath, join(FIXTURES, 'waits.cjs')]);
  await run.line('stdout', /ready/);
  run.child.kill('SIGTERM');
  await run.line('stdout', /got SIGTERM/);
  assert.deepEqual(await run.ended(), [7, null]);
});
