/**
 * Failures injected at the agent's borders by a seeded plan: the application answers and ends as it does bare, each
 * failure is counted, each span too, and what fails again and again is left out.
 *
 * `node scripts/faults.mjs` takes other seeds, for as long as it is told.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  accountedFor,
  addInjected,
  FIRST_SEED,
  type Report,
  runFailing,
  SHARES,
} from '../support/failing-app';
import { needs, serviceEnv } from '../support/services';

const LEAST = 2_000;
/** Something fails in each of these, some of which are called rarely. */
const BORDERS = [
  'Tracer#startSpan',
  'Span#setAttribute',
  'propagation.extract',
  'performance.now',
  'async_hooks',
];

function run(seed: number, share: number, forgive: boolean): Promise<Report> {
  return runFailing({
    fixture: join(__dirname, 'faults-app.cjs'),
    args: ['12'],
    env: { ...serviceEnv, TRACING_AGENT_AGENT_HOST: '127.0.0.1', TRACING_AGENT_AGENT_PORT: '9' },
    seed,
    share,
    forgive,
  });
}

function assertBalance({ health }: Report, seed: number): void {
  assert.equal(accountedFor(health), health.ended, `seed ${seed}: ${JSON.stringify(health)}`);
}

test('at least 2,000 injected failures change nothing of what the application does', async (t) => {
  if (!(await needs(t, 'postgres', 'redis'))) return;
  const all: Record<string, number> = {};
  let total = 0;
  const spared = (): string[] => BORDERS.filter((border) => all[border] === undefined);
  for (
    let seed = FIRST_SEED;
    total < LEAST || seed < FIRST_SEED + SHARES.length || spared().length > 0;
    seed++
  ) {
    const runs = seed - FIRST_SEED;
    assert.ok(runs < 40, `only ${total} failures in ${runs} runs, none in ${spared().join(', ')}`);
    const report = await run(seed, SHARES[(seed - FIRST_SEED) % SHARES.length]!, true);
    assertBalance(report, seed);
    total += addInjected(all, report.injected);
    if (Object.keys(report.injected).length > 0) assert.ok(report.health.faults > 0);
  }
  t.diagnostic(`${total} failures from seed ${FIRST_SEED} on: ${JSON.stringify(all)}`);
});

test('what fails at each call is left out after a few times', async (t) => {
  if (!(await needs(t, 'postgres', 'redis'))) return;
  const report = await run(FIRST_SEED, 1, false);
  // With the clock at its pace nothing is forgiven: ten for each part, and the border's own.
  const { faults } = report.health;
  assert.ok(faults >= 10 && faults < 1_500, `${faults} failures`);
  assertBalance(report, FIRST_SEED);
});
