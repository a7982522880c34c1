/** Every parser of what comes from outside, with random and mutated input: 30 s in CI, some rounds elsewhere. */
import { test } from 'node:test';
import { fuzzParsers } from './parser-rounds';

test('no parser throws what it may not, or shows what it has to hide', (t) => {
  const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
  t.diagnostic(`seed ${seed}`);
  const rounds = fuzzParsers(seed, process.env.CI ? 30_000 : 2_000, 300);
  t.diagnostic(`rounds ${JSON.stringify(rounds)}`);
});
