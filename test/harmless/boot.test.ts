/**
 * Guards how the agent starts: never in programs that nobody wants to trace, once where it is loaded twice, not beside
 * another agent, and under Node's own modes without changing what they print or how they end.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { VERSION } from '../../src/version';
import { repository } from '../support/cache';
import { nodes } from '../support/nodes';
import { runApp, type TraceOptions, traceApp } from '../support/trace-app';

const app = join(__dirname, 'boot.cjs');
const register = join(repository, 'register.js');

// Real, since Node compares with what a link leads to.
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tracing-agent-boot-')));
after(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'node_modules'));
symlinkSync(join(repository, 'node_modules/@opentelemetry'), join(folder, 'node_modules/@opentelemetry'));

/** Puts a file below the folder. @returns its path */
function file(path: string, text = readFileSync(app, 'utf8')): string {
  const at = join(folder, path);
  mkdirSync(dirname(at), { recursive: true });
  writeFileSync(at, text);
  return at;
}

const names = async (fixture: string, options: TraceOptions) => {
  const run = await traceApp(fixture, options);
  return { ...run, names: run.spans.map((span) => span.name).join() };
};
const viaEnv = { preload: 'NODE_OPTIONS' } as const;

describe('programs that nobody wants to trace', { concurrency: 2 }, () => {
  for (const path of [
    'node_modules/npm/bin/npm-cli.js',
    'node_modules/npm/bin/npx-cli.js',
    'node_modules/.bin/tsc',
    'node_modules/typescript/bin/tsc',
    'node_modules/eslint/bin/eslint.js',
    'node_modules/pm2/lib/Daemon.js',
    '.yarn/releases/yarn-4.9.1.cjs',
    'corepack/v1/pnpm/10.0.0/bin/pnpm.cjs',
    'usr/bin/yarn',
    'lib/node_modules/corepack/dist/corepack.js',
  ]) {
    test(`${path} runs untraced, unless TRACING_AGENT_TOOLS=true`, async () => {
      const tool = file(path);
      const run = await names(tool, viaEnv);
      assert.deepEqual([run.stdout, run.stderr, run.code, run.names], ['ran\n', '', 0, '']);
      const asked = await names(tool, { ...viaEnv, env: { TRACING_AGENT_TOOLS: 'true' } });
      assert.deepEqual([asked.stdout, asked.stderr, asked.names], ['ran\n', '', 'ran']);
    });
  }

  for (const path of [
    'src/webpack.js',
    'npm.js',
    'node_modules/next/dist/bin/next',
    'bin/www',
    'bin/server.js',
  ]) {
    test(`${path} is an application, and traced`, async () => {
      assert.equal((await names(file(path), viaEnv)).names, 'ran');
    });
  }

  test("a tool that pm2 starts is one, and an application that pm2's variables reach is none", async () => {
    const env = { pm_exec_path: '/usr/lib/node_modules/npm/bin/npm-cli.js' };
    const container = file('lib/node_modules/pm2/lib/ProcessContainerFork.js');
    assert.equal((await names(container, { ...viaEnv, env })).names, '');
    assert.equal((await names(file('scripts/child.cjs'), { ...viaEnv, env })).names, 'ran');
    assert.equal((await names(container, { ...viaEnv, env: { pm_exec_path: app } })).names, 'ran');
  });

  test('TRACING_AGENT_SKIP adds names', async () => {
    const env = { TRACING_AGENT_SKIP: 'seed, migrate' };
    assert.equal((await names(file('scripts/migrate.cjs'), { ...viaEnv, env })).names, '');
    assert.equal((await names(file('scripts/serve.cjs'), { ...viaEnv, env })).names, 'ran');
  });

  test('npm itself prints what it prints', async (t) => {
    const npm = execFileSync('sh', ['-c', 'command -v npm || true']).toString().trim();
    if (npm === '') return t.skip('no npm');
    const args = ['--version'];
    const env = { TRACING_AGENT_LOG_LEVEL: 'info' };
    const run = await names(realpathSync(npm), { ...viaEnv, args, env });
    assert.match(run.stdout, /^\d+\.\d+\.\d+\n$/);
    assert.doesNotMatch(run.stderr, /tracing-agent/);
  });

  for (const flag of ['-e', '-p', '-pe', '--eval', '--print']) {
    test(`node ${flag} is traced where the command line names the agent, not where NODE_OPTIONS does`, async () => {
      const args = [`require(${JSON.stringify(app)}), 1`];
      assert.equal((await names(flag, { ...viaEnv, args })).names, '');
      assert.equal((await names(flag, { args })).names, 'ran');
      const env = { TRACING_AGENT_ENABLE: 'true' };
      assert.equal((await names(flag, { ...viaEnv, args, env })).names, 'ran');
    });
  }

  test('node --check looks at the syntax, and the agent is not even read', async () => {
    const env = { TRACING_AGENT_LOG_LEVEL: 'debug' };
    for (const text of ['const a = 1;', 'const a = ;']) {
      const args = [file('checked.js', text)];
      const run = await names('--check', { args, env });
      const bare = await runApp('--check', { args, preload: 'none' });
      assert.deepEqual([run.stdout, run.stderr, run.code], [bare.stdout, bare.stderr, bare.code]);
    }
  });
});

describe('one agent a process', { concurrency: 2 }, () => {
  const both = (first: string, second: string, env: Record<string, string> = {}) =>
    names(app, { preload: 'none', env: { NODE_OPTIONS: `-r "${first}" -r "${second}"`, ...env } });

  test('the same file twice, and once more by --import, is one agent and no line', async () => {
    const NODE_OPTIONS = `-r "${register}" -r "${register}" --import "${join(repository, 'register.mjs')}"`;
    const run = await names(app, { preload: 'none', env: { NODE_OPTIONS } });
    assert.deepEqual([run.stderr, run.names], ['', 'ran']);
  });

  test('through two paths, in two versions, it is one agent and one line, also where threads load it again', async () => {
    const second = join(folder, 'second');
    cpSync(register, join(second, 'register.js'));
    cpSync(join(repository, 'dist'), join(second, 'dist'), { recursive: true });
    const start = join(second, 'dist/start.js');
    const text = readFileSync(start, 'utf8');
    assert.ok(text.includes(VERSION), 'the version that the copy gets another one for');
    writeFileSync(start, text.replaceAll(VERSION, '9.9.9'));
    const run = await both(register, join(second, 'register.js'));
    assert.equal(run.names, 'ran');
    assert.match(run.stderr, /^tracing-agent: a tracing agent runs already .*TA_ALREADY_STARTED.*\n$/);
    const threads = file(
      'threads.cjs',
      `const { Worker } = require('worker_threads');
       for (let i = 0; i < 2; i++) new Worker("require('./boot.cjs')".replace('./boot.cjs', ${JSON.stringify(app)}), { eval: true });`,
    );
    const NODE_OPTIONS = `-r "${register}" -r "${join(second, 'register.js')}"`;
    const threaded = await names(threads, { preload: 'none', env: { NODE_OPTIONS } });
    assert.equal(threaded.names, 'ran,ran');
    assert.equal(threaded.stderr.split('\n').length, 2, threaded.stderr);
  });

  for (const [name, path] of [
    ['dd-trace', 'dd-trace/init.js'],
    ['newrelic', 'newrelic/index.js'],
    ['elastic-apm-node', 'elastic-apm-node/start.js'],
    ['@elastic/opentelemetry-node', '@elastic/opentelemetry-node/index.js'],
  ] as const) {
    test(`${name}, preloaded before or after, is left alone with one line`, async () => {
      const other = file(`node_modules/${path}`, '');
      for (const run of [await both(other, register), await both(register, other)]) {
        assert.deepEqual([run.stdout, run.code, run.names], ['ran\n', 0, '']);
        assert.match(run.stderr, new RegExp(`^tracing-agent: ${name} is loaded .*TA_OTHER_AGENT.*\\n$`));
      }
      const insisting = await both(other, register, { TRACING_AGENT_INSIST: 'true' });
      assert.deepEqual([insisting.stderr, insisting.names], ['', 'ran']);
    });
  }

  test('an OpenTelemetry SDK that has registered is left alone with one line, or replaced', async () => {
    const sdk = file(
      'sdk.cjs',
      `const { trace } = require('@opentelemetry/api');
       const { BasicTracerProvider } = require('@opentelemetry/sdk-trace-base');
       trace.setGlobalTracerProvider(new BasicTracerProvider());`,
    );
    const run = await both(sdk, register);
    assert.deepEqual([run.stdout, run.names], ['ran\n', '']);
    assert.match(run.stderr, /^tracing-agent: another OpenTelemetry SDK .*TA_API_REGISTERED.*\n$/);
    const insisting = await both(sdk, register, { TRACING_AGENT_INSIST: 'true' });
    assert.equal(insisting.stderr, '');
  });
});

describe("Node's own modes", { concurrency: 2 }, () => {
  const plain = (text: string) =>
    text
      .replace(/ws:\/\/\S+/g, 'ws')
      .replace(/duration_ms:? [\d.]+/g, 'duration')
      .replaceAll(/\(node:\d+\)/g, '(node:pid)');
  const permission = (name: string) =>
    Number(name) >= 24 ? ['--permission'] : ['--experimental-permission'];

  for (const { name, path: node } of nodes) {
    /** Flags before the script, what it prints compared with a run without the agent. */
    const compared = async (flags: string[], script = app) => {
      const [first = script, ...rest] = [...flags, script];
      const run = await names(first, { node, args: rest });
      const bare = await runApp(first, { node, args: rest, preload: 'none' });
      assert.deepEqual([run.code, run.signal], [bare.code, bare.signal], run.stderr);
      assert.equal(plain(run.stdout), plain(bare.stdout));
      assert.equal(plain(run.stderr), plain(bare.stderr));
      return run;
    };

    test(`Node ${name}: --inspect, --enable-source-maps and --test: works`, async () => {
      assert.equal((await compared(['--inspect=127.0.0.1:0'])).names, 'ran');
      assert.equal((await compared(['--enable-source-maps'])).names, 'ran');
      const tested = file('some.test.cjs');
      assert.match((await compared(['--test', '--test-reporter=tap'], tested)).names, /^ran$/);
    });

    if (Number(name) >= 20)
      test(`Node ${name}: --permission: works where the agent may be read and the network used`, async () => {
        const flags = [...permission(name), '--allow-fs-read=*'];
        if (Number(name) >= 26) flags.push('--allow-net');
        assert.equal((await compared(flags)).names, 'ran');
      });

    if (Number(name) >= 20)
      test(`Node ${name}: --permission for a few folders: works, though folders above them may not be looked into`, async () => {
        const folders = [repository, folder].map((each) => `--allow-fs-read=${each}/*`);
        const flags = [...permission(name), ...folders];
        if (Number(name) >= 26) flags.push('--allow-net');
        assert.equal((await compared(flags)).names, 'ran');
      });

    if (Number(name) >= 20)
      test(`Node ${name}: --build-snapshot: the snapshot is built and runs`, async () => {
        const blob = join(folder, `${name}.blob`);
        const entry = file(
          'snapshot.cjs',
          `require('node:v8').startupSnapshot.setDeserializeMainFunction(() => console.log('deserialised'));`,
        );
        await compared(['--snapshot-blob', blob, '--build-snapshot'], entry);
        await compared(['--snapshot-blob', blob]);
      });
  }

  if (Number(nodes.at(-1)?.name) >= 25)
    test(`Node ${nodes.at(-1)!.name}: --permission without the network: runs, and says why nothing is sent`, async () => {
      const { name, path: node } = nodes.at(-1)!;
      const args = ['--allow-fs-read=*', app];
      const run = await names(permission(name)[0]!, { node, args });
      assert.deepEqual([run.stdout, run.code, run.names], ['ran\n', 0, '']);
    });

  test('tsx: a script in TypeScript is traced', async () => {
    const script = file(
      'typed.ts',
      `${readFileSync(app, 'utf8')}\nconst typed: number = 1; console.log(typed);`,
    );
    const run = await names(join(repository, 'node_modules/tsx/dist/cli.mjs'), { ...viaEnv, args: [script] });
    assert.deepEqual([run.stdout, run.stderr, run.names], ['ran\n1\n', '', 'ran']);
  });
});

test('docs/compatibility.md names the tools that register.js knows, and the exact number of ways to end', () => {
  const [, list] = /var tools =([^;]*);/.exec(readFileSync(register, 'utf8'))!;
  const tools = [...list!.matchAll(/'([^']*)'/g)].flatMap(([, words]) => words!.trim().split(' '));
  const page = readFileSync(join(repository, 'docs/compatibility.md'), 'utf8');
  const [, named] = /^Tools: ([^;]*);/m.exec(page)!;
  assert.deepEqual(named!.split(/[\s,]+/), tools);
  const ways = createRequire(__filename)('./endings.cjs') as string[];
  assert.ok(page.includes(`${ways.length} ways to end`), `${ways.length}`);
});
