// Start-up cost of the agent: an empty script with the preload, beside the same script bare, in turn, on this Node.js.
// Run after a build, from anywhere: node bench/start.mjs [runs]
// Progress goes to stderr, the result as JSON to stdout. The median of the differences of neighbouring runs is the
// figure: the machine's speed drifts, and both halves of a pair feel the same drift.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const runs = Number(process.argv[2] ?? 60);
const register = fileURLToPath(new URL('../register.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'start-bench-'));
const script = join(folder, 'empty.js');
writeFileSync(script, '');

function milliseconds(flags) {
  const before = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, [...flags, script], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // An agent that could not start says so, and costs nothing: that is no figure.
  if (status !== 0 || stderr.length > 0) throw new Error(`the empty script ended with ${status}: ${stderr}`);
  return Number(process.hrtime.bigint() - before) / 1e6;
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const bare = [];
const over = [];
for (let run = -3; run < runs; run++) {
  const without = milliseconds([]);
  const withAgent = milliseconds(['-r', register]);
  if (run < 0) continue;
  bare.push(without);
  over.push(withAgent - without);
}
rmSync(folder, { recursive: true });
const result = { node: process.version, runs, bare: median(bare), over: median(over) };
process.stderr.write(`bare ${result.bare.toFixed(1)} ms, with the agent +${result.over.toFixed(1)} ms\n`);
process.stdout.write(`${JSON.stringify(result)}\n`);
