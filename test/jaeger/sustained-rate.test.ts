/**
 * End to end: 30,000 spans a second for ten seconds, over UDP and HTTP. What a real Jaeger has accepted and what the
 * sender says it dropped are together what ended, and memory stays bounded. bench/udp-rate.mjs runs it for longer.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { repository } from '../support/cache';
import { needs } from '../support/services';
import { plainEnv } from '../support/trace-app';

const bench = join(repository, 'bench/udp-rate.mjs');

for (const way of ['udp', 'http']) {
  test(`over ${way}, no span is lost unseen`, async (t) => {
    if (!(await needs(t, 'jaeger'))) return;
    const args = [bench, '--seconds', '10', '--rates', '30000', '--ways', way];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: plainEnv() });
    const [titles, , row] = stdout.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
    const cell = (title: string): string => row![titles!.indexOf(title)]!;
    const [ended, dropped, received] = ['ended', 'dropped, counted', 'received'].map((title) =>
      Number.parseInt(cell(title), 10),
    ) as [number, number, number];
    t.diagnostic(`${ended} ended, ${received} received, dropped: ${cell('dropped, counted')}`);
    assert.equal(ended, 300_000);
    const unseen = ended - dropped - received;
    // Other systems don't show a receiver's queue, and what the kernel dropped is an estimate in spans.
    if (way === 'http') assert.equal(unseen, 0);
    else if (process.platform === 'linux') assert.ok(Math.abs(unseen) <= ended / 100, `${unseen} unseen`);
    const [before, most] = cell('RSS before, most (MB)').split(', ').map(Number) as [number, number];
    assert.ok(most - before < 150, `RSS ${before} to ${most} MB`);
  });
}
