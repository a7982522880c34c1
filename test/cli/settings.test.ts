/**
 * Guards `config`, `headers` and `completion`: what they print is true, can be used as it is, and holds no secret.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { test } from 'node:test';
import { plainEnv } from '../support/trace-app';
import { CLI, cli } from './run-cli';

test('config: each setting with its source; secrets and passwords in URLs never', async () => {
  const env = {
    OTEL_SERVICE_NAME: 'shop',
    JAEGER_ENDPOINT: 'http://me:canary@jaeger:14268/api/traces',
    TRACING_AGENT_DEBUG_SECRET: 'canary',
    TRACING_AGENT_HEADERS: 'x-key=canary',
  };
  const table = await cli(['config'], { env });
  assert.match(table.stdout, /serviceName +shop +OTEL_SERVICE_NAME/);
  assert.match(table.stdout, /password +\(hidden\) +JAEGER_ENDPOINT/);
  assert.match(table.stdout, /agentPort +6831 +default/);
  const json = await cli(['config', '--json', '--changed'], { env });
  const { settings } = JSON.parse(json.stdout);
  assert.deepEqual(settings.endpoint, {
    value: 'http://jaeger:14268/api/traces',
    source: 'jaeger',
    from: 'JAEGER_ENDPOINT',
  });
  assert.equal(settings.agentPort, undefined);
  for (const kind of ['shell', 'docker', 'kubernetes']) {
    const block = await cli(['config', '--env', kind], { env });
    assert.match(block.stdout, /OTEL_SERVICE_NAME/);
    assert.match(block.stdout, /TRACING_AGENT_DEBUG_SECRET/);
    for (const { stdout, stderr } of [block, table, json])
      assert.doesNotMatch(stdout + stderr, /canary|\x1b/);
  }
});

test('config NAME explains a setting, also by a variable; what is no setting ends with 2', async () => {
  const { stdout, code } = await cli(['config', 'JAEGER_AGENT_HOST']);
  assert.equal(code, 0);
  assert.match(stdout, /^agentHost\n.*Jaeger agent that spans are sent to/);
  assert.match(stdout, /TRACING_AGENT_AGENT_HOST, OTEL_EXPORTER_JAEGER_AGENT_HOST, JAEGER_AGENT_HOST/);
  for (const [given, meant] of [
    ['nonsense', ''],
    ['agentHots', ' (did you mean agentHost?)'],
    ['JAEGER_AGENT_HOTS', ' (did you mean JAEGER_AGENT_HOST?)'],
  ] as const) {
    const refused = await cli(['config', given]);
    assert.equal(refused.code, 2);
    assert.ok(refused.stderr.startsWith(`tracing-agent: ${given} is not a setting${meant};`), refused.stderr);
  }
});

test('config --env shell is read by a shell as it was meant', async () => {
  const value = 'it\'s "a" $shop `x` \\ y';
  const { stdout } = await cli(['config', '--env', 'shell'], { env: { TRACING_AGENT_SERVICE_NAME: value } });
  const script = `${stdout}\nprintf %s "$TRACING_AGENT_SERVICE_NAME|$NODE_OPTIONS|$TRACING_AGENT_AGENT_PORT"`;
  const said = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
  assert.equal(said, `${value}|--require tracing-agent/register|6831`);
});

test('headers: lines for curl -H @- on stdout, id and link on stderr; a debug id is one line', async () => {
  const { stdout, stderr } = await cli(['headers', '--format', 'w3c', '--ui', 'http://ui']);
  const traceId = /^traceparent: 00-([0-9a-f]{32})-[0-9a-f]{16}-01\n$/.exec(stdout)?.[1];
  assert.ok(traceId, stdout);
  assert.match(stderr, new RegExp(`http://ui/trace/${traceId}`));
  const uber = await cli(['headers'], {
    env: { TRACES_EXPORTER_JAEGER_TRACE_CONTEXT_HEADER_NAME: 'X-Trace' },
  });
  assert.match(uber.stdout, /^x-trace: [0-9a-f]{32}:[0-9a-f]{16}:0:1\n$/);
  const debug = await cli(['headers', '--debug-id', 'why\r\nslow', '--service', 'shop', '--json']);
  const { headers, link } = JSON.parse(debug.stdout);
  assert.deepEqual(headers, { 'jaeger-debug-id': 'why slow' });
  assert.equal(new URL(link).searchParams.get('tags'), '{"jaeger-debug-id":"why slow"}');
  assert.equal((await cli(['headers', '--format', 'nonsense'])).code, 2);
});

test('completion: bash completes commands, options and their choices; each shell at hand takes its script', async (t) => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout, code } = await cli(['completion', shell]);
    assert.equal(code, 0);
    assert.match(stdout, /trace-id/);
    const parsed = spawnSync(shell, ['-n'], { input: stdout, encoding: 'utf8' });
    if (parsed.error !== undefined) t.diagnostic(`${shell} is not installed`);
    else assert.deepEqual([parsed.status, parsed.stderr], [0, '']);
  }
  if (spawnSync('bash', ['--version']).error !== undefined) return;
  const { stdout } = await cli(['completion', 'bash']);
  const complete = (...words: string[]) => {
    const line = ['tracing-agent', ...words].map((word) => `'${word}'`).join(' ');
    const script = `${stdout}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length}; _tracing_agent; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split('\n');
  };
  assert.deepEqual(complete('do'), ['doctor']);
  assert.deepEqual(complete('doctor', '--tr'), ['--trace-id']);
  assert.deepEqual(complete('headers', '--format', ''), ['uber', 'w3c', 'b3']);
  assert.deepEqual(complete('completion', 'fi'), ['fish']);
});

test('help of every command, and what is no command', async () => {
  for (const name of ['run', 'trace', 'headers', 'doctor', 'status', 'config', 'view', 'completion']) {
    const { stdout, code } = await cli([name, '--help']);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^Usage: tracing-agent ${name}`));
  }
  const { code, stderr } = await cli(['docter']);
  assert.equal(code, 2);
  assert.match(stderr, /Did you mean doctor/);
});

test('a reader that leaves early is no failure, and a disk that is full one in one line', async () => {
  const start = (args: string[], stdout: 'pipe' | number) =>
    spawn(process.execPath, [CLI, ...args], { env: plainEnv(), stdio: ['ignore', stdout, 'pipe'] });
  const head = start(['config'], 'pipe');
  head.stdout!.destroy();
  assert.deepEqual(await once(head, 'close'), [0, null]);
  // Notes that nobody reads don't end the command, nor change its code.
  const quiet = start(
    ['run', '--trace', '--', process.execPath, '-e', 'console.log(1);process.exitCode=7'],
    'pipe',
  );
  quiet.stderr!.destroy();
  let said = '';
  quiet.stdout!.on('data', (text) => {
    said += text;
  });
  assert.deepEqual(await once(quiet, 'close'), [7, null]);
  assert.equal(said, '1\n');
  if (!existsSync('/dev/full')) return;
  const full = openSync('/dev/full', 'w');
  const child = start(['config'], full);
  closeSync(full);
  let lines = '';
  child.stderr!.on('data', (text) => {
    lines += text;
  });
  assert.deepEqual(await once(child, 'close'), [1, null]);
  assert.match(lines, /^tracing-agent: stdout can't be written: ENOSPC.*\n$/);
});
