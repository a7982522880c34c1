/**
 * Guards the public API: what the parts declare is what docs/api says, so that nothing changes unseen, and everything
 * that an application can name says what it is.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parts, renderReport, reportFile } from '../../scripts/api-report';
import { renderDefault } from '../../scripts/docs';
import { optionNames, options } from '../../src/config/options';
import { repository } from '../support/cache';

/** Of OpenTelemetry's interfaces, which say what they do. */
const INHERITED = /^(inject|extract|fields|shouldSample|toString)\(/;

test('the public API is as docs/api says', { timeout: 300_000 }, () => {
  for (const part of parts) {
    const declared = renderReport(part);
    assert.equal(
      declared,
      readFileSync(reportFile(part), 'utf8'),
      `the public API of ${part} has changed. If that is meant: "npm run api", and a line in CHANGELOG.md; what is taken away or narrowed waits for the next major version`,
    );
    const lines = declared.split('\n');
    const unsaid = lines.filter(
      (_, at) => lines[at - 1]?.includes('(undocumented)') && !INHERITED.test(lines[at]!.trim()),
    );
    assert.deepEqual(unsaid, [], `${part}: declared without a doc comment`);
  }
});

test('the doc comment of each setting says its default, as the options table has it', () => {
  const text = readFileSync(join(repository, 'src/config/config.ts'), 'utf8');
  const settings = text.slice(text.indexOf('export interface Settings {')).split('\n}\n')[0]!;
  const said = new Map(
    [...settings.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*readonly (\w+)\??:/g)].map(
      ([, comment, name]) => [name, comment!.replace(/\s*\n\s*\*?\s*/g, ' ').trim()],
    ),
  );
  for (const name of optionNames) {
    const end = ` Default: ${renderDefault(options[name])}.`;
    assert.ok(said.get(name)?.endsWith(end), `${name} in src/config/config.ts doesn't end with "${end}"`);
  }
});
