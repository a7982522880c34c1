/**
 * Holds the commands' table and docs/command-line.md together.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { renderCommandLine } from '../../scripts/command-line-page';
import { program } from '../../src/cli/commands';

const page = readFileSync(join(__dirname, '../../docs/command-line.md'), 'utf8');

test('docs/command-line.md is what the table makes: run `npx tsx scripts/docs.ts`', () => {
  assert.equal(page, renderCommandLine());
});

test('docs/command-line.md names each command and each option of the table, and no other', () => {
  const headings = [...page.matchAll(/^### ([\w-]+)$/gm)].map((match) => match[1]!);
  assert.deepEqual(
    headings,
    program.commands.map((command) => command.name()),
  );
  const options = program.commands.flatMap((command) => command.options.map(({ long }) => long!));
  const named = new Set(page.match(/(?<![\w-])--[a-z][a-z-]+/g));
  for (const own of ['--help', '--version']) named.delete(own);
  assert.deepEqual([...named].sort(), [...new Set(options)].sort());
  const typed = [...page.matchAll(/npx tracing-agent ([a-z]+)/g)].map((match) => match[1]!);
  assert.deepEqual(
    typed.filter((name) => !headings.includes(name)),
    [],
  );
});
