/**
 * That a part is left out for a while is said of those only that are: the parts whose code asks whether they rest.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fault } from '../../../src/diagnostics/contain';
import { setLogWriter } from '../../../src/diagnostics/log';

test('only parts that ask whether they rest are said to', () => {
  const folder = join(__dirname, '../../../src');
  const code = (readdirSync(folder, { recursive: true }) as string[])
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
  const named = (calls: string) =>
    [...code.matchAll(new RegExp(`\\b(?:${calls})\\('([^']+)'`, 'g'))].map((match) => match[1]!);
  // The tracer asks for its own by a variable.
  const asked = new Set([...named('rests|containedUnlessResting'), 'record']);
  const parts = new Set([...named('fault|contained'), ...asked]);
  assert.ok(parts.size > asked.size);
  const lines: string[] = [];
  setLogWriter((line) => lines.push(line));
  for (const part of parts) for (let i = 0; i < 10; i++) fault(part, new Error('broken'));
  const said = lines.flatMap((line) => /inside \(([^)]+)\) 10 times/.exec(line)?.[1] ?? []);
  assert.deepEqual(said.sort(), [...asked].sort());
});
