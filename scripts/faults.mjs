/**
 * Injects failures by new seeds for a night, or as long as it is told: node scripts/faults.mjs [--seconds 600]
 * [--seed N]. Prints each seed before its run; ends with 1 at the first that fails, which `FAULT_SEED=N npm test --
 * faults` repeats as far as the order of events allows.
 */
import { spawnSync } from 'node:child_process';
import { repository } from './cache.mjs';

/** Each run takes so many seeds, one for each share of calls that fail. */
const SEEDS = 5;

const end = Date.now() + Number(given('seconds') ?? 600) * 1000;
let seed = Number(given('seed') ?? Date.now() % 2 ** 31);
let runs = 0;
do {
  console.log(`seed ${seed}`);
  const { status } = spawnSync(
    process.execPath,
    ['scripts/test.mjs', 'harmless/faults', 'harmless/transport-faults'],
    {
      cwd: repository,
      env: { ...process.env, FAULT_SEED: String(seed) },
      stdio: 'inherit',
    },
  );
  if (status !== 0) process.exit(1);
  seed += SEEDS;
  runs++;
} while (Date.now() < end);
console.log(`${runs * SEEDS} seeds passed`);

function given(name) {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? undefined : process.argv[index + 1];
}
