// What no clock need be held still for: the instructions that the agent takes, counted by valgrind's callgrind. The same
// binary and input give the same count within 1 or 2 %, whatever else the machine does.
// Run after a build, from anywhere: node bench/instructions.mjs [--node path]. Prints JSON: instructions of an empty
// script's start above the same script bare, and of one span with seven attributes, started, ended, encoded and sent.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { totals } from './callgrind.mjs';

const register = fileURLToPath(new URL('../register.js', import.meta.url));
// Their difference: what starts once is in both.
const FEW = 8_000;
const MANY = 20_000;

/** @returns instructions of the start, and of one span */
export function countInstructions(node = process.execPath) {
  const folder = mkdtempSync(join(tmpdir(), 'instructions-'));
  try {
    const empty = join(folder, 'empty.js');
    writeFileSync(empty, '');
    const spans = fileURLToPath(new URL('./apps/spans.cjs', import.meta.url));
    const start = instructions(['-r', register, empty]) - instructions([empty]);
    const span =
      (instructions(['-r', register, spans, MANY]) - instructions(['-r', register, spans, FEW])) /
      (MANY - FEW);
    return { start, span };
  } finally {
    rmSync(folder, { recursive: true });
  }

  function instructions(args) {
    const out = join(folder, 'callgrind.out');
    const { status, stderr } = spawnSync(
      'valgrind',
      // The compiler writes code while it runs; one thread, and no address that changes: else counts differ by a tenth.
      [
        '--tool=callgrind',
        `--callgrind-out-file=${out}`,
        '--smc-check=all-non-file',
        node,
        '--single-threaded',
        '--predictable-gc-schedule',
        '--hash-seed=1',
        ...args.map(String),
      ],
      // Elsewhere than here, where a folder node_modules holds ES modules, which bring a hook.
      {
        cwd: folder,
        encoding: 'utf8',
        env: { PATH: process.env.PATH, OTEL_EXPORTER_JAEGER_AGENT_PORT: '9' },
      },
    );
    if (status !== 0) throw new Error(`valgrind ended with ${status}: ${stderr.slice(-500)}`);
    return totals(out).Ir;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { node: { type: 'string' } } });
  process.stdout.write(`${JSON.stringify(countInstructions(values.node))}\n`);
}
