/**
 * Fuzzes every parser for a night, or as long as it is told: node scripts/fuzz.mjs [--seconds 300] [--seed N]
 * [--only PARSER]. Prints its seed; with `--only`, runs that parser once with exactly this seed.
 */
import { createRequire } from 'node:module';
import { register } from 'tsx/cjs/api';

// The source is TypeScript.
register();
const { fuzzParsers, parsers } = createRequire(import.meta.url)('../test/fuzz/parser-rounds.ts');
const { Random } = createRequire(import.meta.url)('../test/support/span-population.ts');

const seed = Number(given('seed') ?? Date.now() % 2 ** 31);
const only = given('only');
console.log(`seed ${seed}`);
if (only !== undefined) {
  if (parsers[only] === undefined)
    throw new Error(`no parser ${only} among ${Object.keys(parsers).join(', ')}`);
  parsers[only](new Random(seed));
} else {
  console.log('rounds', JSON.stringify(fuzzParsers(seed, Number(given('seconds') ?? 300) * 1000, 1)));
}

function given(name) {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? undefined : process.argv[index + 1];
}
