/**
 * Holds the registry, the catalogue, docs/instrumentations.md and the libraries under test together: what a new row
 * lacks is named, and no version is called tested that isn't.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  modulesOf,
  renderInstrumentations,
  testedOf,
  testPackages,
  versionsOf,
} from '../../scripts/instrumentations-page';
import { inRange } from '../../src/load/version-range';
import { builtins } from '../../src/patch/builtins';
import { catalogue, internal } from '../../src/patch/catalogue';
import { packages } from '../../src/patch/registry';
import { repository } from '../support/cache';

const entries = Object.values(catalogue).flat();
const rows = [...packages, ...builtins].filter((row) => !internal.includes(row.instrumentation));
const installed = testPackages();

test('every row of the registry has an entry in the catalogue', () => {
  const lacking = rows
    .filter(
      (row) =>
        !entries.some(
          (entry) => entry.instrumentation === row.instrumentation && modulesOf(entry).includes(row.module),
        ),
    )
    .map(
      ({ module, instrumentation }) =>
        `src/patch/catalogue.ts needs an entry whose instrumentation is '${instrumentation}' and whose library is '${module}', or whose modules hold it`,
    );
  assert.deepEqual([...new Set(lacking)], []);
});

test('every entry of the catalogue, and every module it names, has a row in the registry', () => {
  const lacking = entries.flatMap((entry) =>
    modulesOf(entry)
      .filter(
        (module) =>
          !rows.some((row) => row.module === module && row.instrumentation === entry.instrumentation),
      )
      .map((module) => `src/patch/registry.ts has no row '${module}' of '${entry.instrumentation}'`),
  );
  assert.deepEqual(lacking, []);
});

test('every library of the catalogue is tested, or says why not', () => {
  const lacking = entries
    .filter((entry) => testedOf(entry, installed).length > 0 === (entry.untested !== undefined))
    .map((entry) =>
      entry.untested === undefined
        ? `no test names ${entry.library}, or it isn't installed for tests (devDependencies, or test/support/libraries/package.json): test it, or say why not in 'untested'`
        : `${entry.library} is tested: take 'untested' out of its entry`,
    );
  assert.deepEqual(lacking, []);
});

test('every version that tests run is one that the registry traces', () => {
  const wrong = entries
    .filter((entry) => entry.versions !== 'Node.js')
    .flatMap((entry) =>
      testedOf(entry, installed)
        .filter((version) => !inRange(version, versionsOf(entry)))
        .map((version) => `tests name ${entry.library} ${version}, outside of ${versionsOf(entry)}`),
    );
  assert.deepEqual(wrong, []);
});

test('every copy of a traced library that is installed for tests is named by a test', () => {
  const unnamed = installed
    .filter((each) => !each.named && entries.some((entry) => entry.library === each.name))
    .map(
      ({ alias, version }) =>
        `no file of test/libraries names '${alias}' (${version}): test it, or don't install it`,
    );
  assert.deepEqual(unnamed, []);
});

test('docs/instrumentations.md is what the tables make: run `npx tsx scripts/docs.ts`', () => {
  const page = readFileSync(join(repository, 'docs', 'instrumentations.md'), 'utf8');
  assert.equal(page, renderInstrumentations());
});
