/**
 * Runs an application under an agent that is made to fail by a seeded plan, and compares it with the bare one: what
 * the tests of injected failures have in common.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Counters } from '../../src/diagnostics/counters';
import { repository } from './cache';
import { runApp } from './trace-app';

/** Each run has a seed; by night, others: FAULT_SEED=… */
export const FIRST_SEED = Number(process.env.FAULT_SEED ?? 1);
/** A lone run by seed: FAULT_SHARE=… */
export const SHARES = process.env.FAULT_SHARE ? [Number(process.env.FAULT_SHARE)] : [0.01, 0.05, 0.2, 0.5, 1];

interface FailingRun {
  /** Absolute path. */
  readonly fixture: string;
  readonly args: string[];
  readonly env: Record<string, string>;
  readonly seed: number;
  /** Of the calls from the agent that fail. */
  readonly share: number;
  /** The clock runs ahead, so that the agent's parts don't rest and can fail again. */
  readonly forgive: boolean;
  /** Of the borders that fail: a pattern for their names; all by default. */
  readonly borders?: string;
}

export interface Report {
  /** How often each border failed. */
  readonly injected: Record<string, number>;
  /** Once everything is over. */
  readonly health: Counters;
}

const bare = new Map<string, ReturnType<typeof runApp>>();

/** @returns what was injected, where the application wrote and ended as it does without the agent */
export async function runFailing({
  fixture,
  args,
  env,
  seed,
  share,
  forgive,
  borders = '',
}: FailingRun): Promise<Report> {
  const key = JSON.stringify([fixture, args]);
  let expected = bare.get(key);
  if (expected === undefined) {
    expected = runApp(fixture, { preload: 'none', args, env });
    bare.set(key, expected);
  }
  const folder = mkdtempSync(join(tmpdir(), 'tracing-agent-faults-'));
  const file = join(folder, 'report.json');
  const preloads = [
    join(repository, 'register.js'),
    join(repository, 'test', 'harmless', 'inject-faults.cjs'),
  ];
  try {
    const failing = await runApp(fixture, {
      preload: 'none',
      args,
      env: {
        TRACING_AGENT_LOG_LEVEL: 'warn',
        ...env,
        NODE_OPTIONS: preloads.map((each) => `--require "${each}"`).join(' '),
        FAULT_SEED: String(seed),
        FAULT_SHARE: String(share),
        FAULT_REPORT: file,
        FAULT_BORDERS: borders,
        ...(forgive && { FAULT_FORGIVE: '1' }),
      },
    });
    const stderr = failing.stderr.replace(/^tracing-agent: .*\n/gm, '');
    assert.deepEqual({ ...failing, stderr }, await expected, `seed ${seed}, share ${share}`);
    return JSON.parse(readFileSync(file, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Spans that became something: sent, in a collector's hands, or lost by a cause. */
export function accountedFor(health: Counters): number {
  let known = health.sent + health.unanswered;
  for (const [name, value] of Object.entries(health)) {
    assert.ok(value >= 0, `${name} is ${value}`);
    // Those in files had been counted as sent before.
    if (name.startsWith('dropped') && name !== 'droppedSpoolFull' && name !== 'droppedByTail') known += value;
  }
  return known;
}

/** Adds up what several runs injected. */
export function addInjected(all: Record<string, number>, injected: Record<string, number>): number {
  let total = 0;
  for (const [border, count] of Object.entries(injected)) {
    all[border] = (all[border] ?? 0) + count;
    total += count;
  }
  return total;
}
