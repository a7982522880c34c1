/**
 * Guards bench/fleet.mjs: what it expects of a small fleet is what real processes under the agent send, the same seed makes
 * the same figures, and a wrong option is answered by what would be right.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { repository } from '../support/cache';
import { startJaeger } from '../support/jaeger';
import { needs } from '../support/services';
import { plainEnv, traceApp } from '../support/trace-app';

const folder = mkdtempSync(join(tmpdir(), 'fleet-'));
after(() => rmSync(folder, { recursive: true }));

/** Traces that the real processes begin of each operation. The model takes them as traces a second. */
const FLEET: Record<string, Record<string, number>> = {
  shop: { 'GET /orders': 4_000, 'GET /': 2_000 },
  stock: { 'GET /stock': 4_000 },
  mail: { send: 3_000, retry: 1_000 },
};
const STRATEGIES = {
  default_strategy: {
    type: 'probabilistic',
    param: 0.1,
    operation_strategies: [{ operation: 'is asked', type: 'probabilistic', param: 1 }],
  },
  service_strategies: [
    {
      service: 'shop',
      type: 'probabilistic',
      param: 0.05,
      operation_strategies: [{ operation: 'GET /orders', type: 'probabilistic', param: 0.4 }],
    },
  ],
};

interface Result {
  keptTracesPerSecond: number;
  spansPerSecond: number;
  bytesPerSecond: number;
  coverage: Record<string, number>;
  perOperation: {
    service: string;
    operation: string;
    perSecond: number;
    keptPerSecond: number;
    seen: Record<string, number>;
  }[];
}

function fleet(...args: string[]) {
  return spawnSync(process.execPath, [join(repository, 'bench/fleet.mjs'), ...args], {
    encoding: 'utf8',
    env: plainEnv(),
    maxBuffer: 1 << 26,
  });
}

function expected(...args: string[]): Result {
  const { status, stdout, stderr } = fleet('--json', ...args);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Result;
}

function ownFleet(): string {
  const file = join(folder, 'fleet.json');
  const services = Object.entries(FLEET).map(([name, operations]) => ({ name, operations }));
  writeFileSync(file, JSON.stringify({ services }));
  return file;
}

/** Runs the three services, and compares what arrives with what the model keeps of the same traces. */
async function compare(result: Result, env: Record<string, string>): Promise<void> {
  const runs = await Promise.all(
    Object.entries(FLEET).map(async ([service, operations]) => {
      const { spans, stderr } = await traceApp(join(__dirname, 'fleet-app.cjs'), {
        env: { OTEL_SERVICE_NAME: service, FLEET_OPERATIONS: JSON.stringify(operations), ...env },
      });
      assert.equal(stderr, '');
      return spans;
    }),
  );
  const spans = runs.flat();
  let compared = 0;
  for (const { service, operation, perSecond, keptPerSecond } of result.perOperation) {
    const arrived = spans.filter((span) => span.service === service && span.name === operation).length;
    const share = keptPerSecond / perSecond;
    // Six standard deviations of what chance does to the run, and 3 % for the model's own.
    const bound = 6 * Math.sqrt(perSecond * share * (1 - share)) + 0.03 * keptPerSecond;
    const about = `${service} ${operation}: ${arrived} arrived, ${keptPerSecond} expected, ±${bound.toFixed(0)}`;
    assert.ok(Math.abs(arrived - keptPerSecond) <= bound, about);
    compared++;
  }
  assert.equal(compared, 5);
}

test('real processes send what it expects: probabilistic', { timeout: 120_000 }, async () => {
  const result = expected(
    '--fleet',
    ownFleet(),
    '--sampler',
    'probabilistic',
    '--param',
    '0.2',
    '--spans',
    '1',
  );
  await compare(result, { TRACING_AGENT_SAMPLER: 'probabilistic', TRACING_AGENT_SAMPLER_ARGUMENT: '0.2' });
});

test('real processes send what it expects: a rate for each operation, by real Jaeger', {
  timeout: 120_000,
}, async (t) => {
  if (!(await needs(t, 'jaeger'))) return;
  const file = join(folder, 'strategies.json');
  writeFileSync(file, JSON.stringify(STRATEGIES));
  const jaeger = await startJaeger({ SAMPLING_FILE: file });
  t.after(() => jaeger.stop());
  const result = expected('--fleet', ownFleet(), '--sampler', 'remote', '--strategies', file);
  await compare(result, {
    TRACING_AGENT_SAMPLER: 'remote',
    TRACING_AGENT_SAMPLER_ARGUMENT: '0',
    TRACING_AGENT_SAMPLING_ENDPOINT: jaeger.samplingUrl,
    FLEET_WAITS: '1',
  });
});

test('load and coverage of samplers whose answer is known', () => {
  const common = ['--services', '10', '--traces', '1000', '--spans', '5', '--bytes', '100'];
  const all = expected(...common, '--sampler', 'const');
  assert.ok(Math.abs(all.spansPerSecond - 5_000) < 1e-6);
  assert.ok(Math.abs(all.bytesPerSecond - 500_000) < 1e-3);
  for (const { perSecond, seen } of all.perOperation)
    assert.ok(Math.abs(seen[1]! - (1 - Math.exp(-perSecond * 60))) < 1e-9);
  const none = expected(...common, '--sampler', 'const', '--param', '0');
  assert.equal(none.spansPerSecond, 0);
  assert.equal(none.coverage[60], 0);
  // Twenty processes at least, each busy enough for its 2 traces a second.
  const limited = expected(...common, '--sampler', 'ratelimiting', '--param', '2');
  assert.ok(Math.abs(limited.keptTracesPerSecond / 40 - 1) < 0.1, `${limited.keptTracesPerSecond}`);
  // Each operation near its target, which is 1 over all processes, and a lower bound of 1 a minute in each.
  const adaptive = expected(...common, '--sampler', 'adaptive');
  for (const { perSecond, keptPerSecond } of adaptive.perOperation) {
    assert.ok(
      keptPerSecond <= Math.min(perSecond, 1.3) * 1.35 + 0.1,
      JSON.stringify({ perSecond, keptPerSecond }),
    );
    assert.ok(keptPerSecond >= Math.min(perSecond, 0.7) * 0.65, JSON.stringify({ perSecond, keptPerSecond }));
  }
  // A process that would spend 2 % keeps half for a budget of 1 %.
  const busy = ['--traces', '10000', '--skew', '0', '--capacity', '500', '--own-spans', '4'];
  const budget = expected(...common, ...busy, '--sampler', 'budget', '--param', '1.2');
  assert.ok(budget.keptTracesPerSecond < 6_000 && budget.keptTracesPerSecond > 4_000);
});

test('a seed makes the same figures again', () => {
  const args = ['--services', '20', '--sampler', 'ratelimiting', '--param', '1', '--json'];
  assert.equal(fleet(...args).stdout, fleet(...args).stdout);
  assert.notEqual(fleet(...args, '--seed', '2').stdout, fleet(...args).stdout);
});

test('a wrong option is answered by what would be right', () => {
  const bad = join(folder, 'bad.json');
  writeFileSync(bad, '{"services":[{"name":"shop","operations":{"GET /":0}}]}');
  for (const [args, message] of [
    [
      ['--sampler', 'some'],
      '--sampler some: there is const, probabilistic, ratelimiting, remote, adaptive and budget',
    ],
    [['--services', '9'], '--services 9: not from 10 to 100000'],
    [['--services', '10.5'], '--services 10.5: not a whole number'],
    [['--param', ''], '--param : not a number'],
    [['--sampler', 'const', '--param', '0.5'], '--param 0.5: neither 0 nor 1'],
    [['--strategies', bad], '--strategies is for --sampler remote, and not for probabilistic'],
    [['--fleet', bad], `--fleet ${bad}: shop: the rate of GET / is no number above 0`],
    [['--wrong'], "Unknown option '--wrong'"],
  ] as const) {
    const { status, stdout, stderr } = fleet(...args);
    assert.equal(status, 2, stderr);
    assert.equal(stdout, '');
    assert.equal(stderr, `fleet: ${message}\nAll options: node bench/fleet.mjs --help\n`);
  }
});
