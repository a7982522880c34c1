/**
 * Holds the table of OpenTelemetry's instrumentations to the installed package, to our own registry and to the built
 * files, so that a new version's rows come by running the script.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { plainRange, renderTable } from '../../scripts/contrib';
import { inRange } from '../../src/load/version-range';
import { table } from '../../src/patch/contrib/table';
import { repository, servicesRequired } from '../support/cache';

const dist = join(repository, 'dist');

test('the table is what the installed package and our registry make: run `npx tsx scripts/contrib.ts`', (t) => {
  const text = renderTable();
  if (text === undefined) {
    if (servicesRequired) throw new Error('@opentelemetry/auto-instrumentations-node is not installed');
    return t.skip('@opentelemetry/auto-instrumentations-node not installed: npm run libraries');
  }
  assert.equal(readFileSync(join(repository, 'src', 'patch', 'contrib', 'table.ts'), 'utf8'), text);
});

test('every entry has its class in dist/, and every range of the table can be read', () => {
  for (const { name, className, targets } of table) {
    const file = [`contrib-${name}.js`, 'contrib-small.js'].find((each) => existsSync(join(dist, each)))!;
    assert.equal(typeof require(join(dist, file))[className], 'function', name);
    for (const { versions } of targets) assert.equal(typeof inRange('1.0.0', versions), 'boolean');
  }
});

test('ranges of npm become plain comparators, and an unknown kind is refused', () => {
  assert.equal(plainRange('^3.1.0'), '>=3.1.0 <4');
  assert.equal(plainRange('2'), '>=2 <3');
  assert.equal(plainRange('>= 6.7 < 8'), '>=6.7 <8');
  assert.equal(plainRange('<4'), '<4');
  assert.throws(() => plainRange('^0.3.1'));
  assert.throws(() => plainRange('~1.2'));
});

test('no hook on modules came along, and no names of conventions that nothing uses', () => {
  const wrong = readdirSync(dist)
    .filter((each) => each.startsWith('contrib-'))
    .filter((file) =>
      /Module\.prototype\.require\s*=|registerHooks|ATTR_ASPNETCORE/.test(
        readFileSync(join(dist, file), 'utf8'),
      ),
    );
  assert.deepEqual(wrong, []);
});

test('the package stays small: at most 4 MB in 120 files, licences included', () => {
  const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  const bytes = files.reduce(
    (sum, each) => sum + statSync(join(each.parentPath ?? each.path, each.name)).size,
    0,
  );
  assert.ok(
    files.length <= 117,
    `${files.length} files in dist/; package.json and register.js, register.mjs come on top`,
  );
  assert.ok(bytes <= 4_000_000, `${bytes} bytes in dist/`);
  const notices = readFileSync(join(dist, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
  for (const { name } of table)
    assert.match(notices, new RegExp(`^@opentelemetry/instrumentation-${name} `, 'm'));
  assert.match(notices, /Apache License/);
});
