/**
 * Guards `tracing-agent run` and `trace`: the command runs as it would without them, with the agent in it, and a trace
 * of its own is whole, root included.
 */
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { repository } from '../support/cache';
import { nodes } from '../support/nodes';
import { readEmitBatch } from '../support/read-batch';
import { type SeenSpan, spansOf } from '../support/trace-app';
import { CLI, cli, FIXTURES } from './run-cli';

const folder = mkdtempSync(join(tmpdir(), 'tracing-agent-run-'));
const register = join(repository, 'register.js');
const environment = [process.execPath, join(FIXTURES, 'environment.cjs')];
let receiver: Socket;
let spans: SeenSpan[] = [];

before(async () => {
  receiver = createSocket('udp4').bind(0, '127.0.0.1');
  receiver.on('message', (packet) => spans.push(...spansOf(readEmitBatch(packet))));
  await once(receiver, 'listening');
});
after(() => {
  receiver.close();
  rmSync(folder, { recursive: true });
});

const agent = () => `127.0.0.1:${receiver.address().port}`;

/** The spans of a service once they have come. */
async function spansNamed(service: string, count: number): Promise<SeenSpan[]> {
  for (;;) {
    const found = spans.filter((span) => span.service === service);
    if (found.length >= count) return found;
    await once(receiver, 'message', { signal: AbortSignal.timeout(10_000) });
  }
}

test('NODE_OPTIONS is kept behind the agent, arguments and options of the command are its own', async () => {
  const { stdout, code } = await cli(
    ['run', '--service', 'shop', '--', ...environment, '--help', '-x', 'a b'],
    {
      env: { NODE_OPTIONS: '--max-http-header-size=9000' },
    },
  );
  assert.equal(code, 0);
  const said = JSON.parse(stdout);
  assert.equal(said.NODE_OPTIONS, `--require ${register} --max-http-header-size=9000`);
  assert.deepEqual([said.TRACING_AGENT_SERVICE_NAME, said.args], ['shop', ['--help', '-x', 'a b']]);
});

test('an agent that NODE_OPTIONS loads already is not loaded twice', async () => {
  const before = `--require "${register}"`;
  const { stdout } = await cli(['run', '--', ...environment], { env: { NODE_OPTIONS: before } });
  assert.equal(JSON.parse(stdout).NODE_OPTIONS, before);
});

test('a package in a folder with a blank and a quote is loaded all the same', async () => {
  const copy = join(folder, 'a "b c');
  mkdirSync(copy);
  cpSync(join(repository, 'dist'), join(copy, 'dist'), { recursive: true });
  cpSync(register, join(copy, 'register.js'));
  writeFileSync(join(copy, 'app.js'), "console.log(Symbol.for('tracing-agent.running') in globalThis)");
  const { stdout, stderr } = await cli(
    ['run', '--agent', agent(), '--', process.execPath, join(copy, 'app.js')],
    {
      cli: join(copy, 'dist/cli.js'),
    },
  );
  assert.equal(stdout, 'true\n', stderr);
});

test('exit codes: its own, a signal, a command that is not there, one that cannot be run', async () => {
  const run = (...command: string[]) => cli(['run', '--', ...command]);
  assert.equal((await run(process.execPath, '-e', 'process.exit(3)')).code, 3);
  const killed = await run(process.execPath, '-e', 'process.kill(process.pid, "SIGKILL")');
  assert.deepEqual([killed.code, killed.signal], [null, 'SIGKILL']);
  assert.equal((await run('no-such-command')).code, 127);
  writeFileSync(join(folder, 'plain.txt'), '', { mode: 0o644 });
  assert.equal((await run(join(folder, 'plain.txt'))).code, 126);
  assert.equal((await cli(['run'])).code, 2);
});

test('signals go on to the command, and its answer to them comes back', async () => {
  let sent = false;
  const { stdout, code } = await cli(
    ['run', '--agent', agent(), '--', process.execPath, join(FIXTURES, 'waits.cjs')],
    {
      onStart(pid, said) {
        if (sent || !said().includes('ready')) return;
        sent = true;
        process.kill(pid, 'SIGTERM');
      },
    },
  );
  assert.deepEqual([stdout, code], ['ready\ngot SIGTERM\n', 7]);
});

for (const node of nodes) {
  test(`Node ${node.name}: --trace makes the command one trace with a root, sampled whatever the sampler says`, async () => {
    const service = `run-${node.name}`;
    const { stderr, code } = await cli(
      [
        'run',
        '--trace',
        '--service',
        service,
        '--agent',
        agent(),
        '--sampler',
        'always_off',
        '--',
        node.path,
        join(FIXTURES, 'app.cjs'),
      ],
      { node: node.path },
    );
    assert.equal(code, 0, stderr);
    const traceId = /trace ([0-9a-f]{32}), http:\S+\/trace\/\1/.exec(stderr)?.[1];
    const all = await spansNamed(service, 4);
    assert.deepEqual([...new Set(all.map((span) => span.traceId))], [traceId]);
    const ids = new Set(all.map((span) => span.spanId));
    const roots = all.filter((span) => !ids.has(span.parentSpanId));
    assert.deepEqual(
      roots.map(({ name, parentSpanId }) => [name, parentSpanId]),
      [['node', '0000000000000000']],
    );
  });
}

test('trace -- curl: the header names the span that is sent when curl has ended', async (t) => {
  const seen: Record<string, unknown>[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers);
    response.end('hello');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  // curl's place is taken by a script of that name: the arguments are what matters, and not each machine has curl.
  const curl = join(folder, 'curl');
  writeFileSync(
    curl,
    `#!${process.execPath}\nconst args = process.argv.slice(2);\nconst headers = Object.fromEntries(args.flatMap((arg, at) => (args[at - 1] === '-H' ? [arg.split(': ')] : [])));\nfetch(args.at(-1), { headers }).then((answer) => answer.text()).then(console.log);\n`,
    { mode: 0o755 },
  );
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  for (const [format, header] of [
    ['uber', 'uber-trace-id'],
    ['w3c', 'traceparent'],
    ['b3', 'b3'],
  ] as const) {
    spans = [];
    const { stdout, stderr, code } = await cli([
      'trace',
      '--format',
      format,
      '--agent',
      agent(),
      '--',
      curl,
      url,
    ]);
    assert.deepEqual([stdout, code], ['hello\n', 0], stderr);
    const [root] = await spansNamed('curl', 1);
    const value = String(seen.at(-1)?.[header]);
    assert.ok(value.includes(root!.traceId) && value.includes(root!.spanId), value);
    assert.match(stderr, new RegExp(`trace ${root!.traceId}`));
    assert.deepEqual([root!.tags['process.exit.code'], root!.parentSpanId], [0, '0000000000000000']);
  }
});

test('the command line needs no more than the oldest Node.js that is supported', async () => {
  for (const node of nodes) {
    const { stdout, code } = await cli(['--version'], { node: node.path });
    assert.deepEqual([stdout.trim(), code], [require(join(repository, 'package.json')).version, 0], CLI);
  }
});
