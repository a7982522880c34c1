/**
 * Holds what `npm pack` makes to those who look at packages: publint and are-the-types-wrong find nothing in its exports
 * map, and the list of what is inside, in CycloneDX's form, is valid and complete.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import manifest from '../../package.json';
import { repository } from '../support/cache';

/** They export nothing, so they have no types. */
const PRELOADS = ['./register', './register.js', './register.mjs'];

const folder = mkdtempSync(join(tmpdir(), 'tracing-agent-packed-'));
after(() => rmSync(folder, { recursive: true }));
let archive: Buffer;

before(() => {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  execFileSync('npm', args, {
    cwd: repository,
    stdio: ['ignore', 'ignore', 'ignore'],
    shell: process.platform === 'win32',
  });
  archive = readFileSync(join(folder, `${manifest.name}-${manifest.version}.tgz`));
});

test('publint finds nothing to say about package.json and its exports', { timeout: 120_000 }, async () => {
  const tarball = new Uint8Array(archive).buffer;
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
  assert.deepEqual(
    messages.map((each) => formatMessage(each, pkg)),
    [],
  );
});

test('types are found for every part, from CommonJS and ES modules, in each way of resolving', {
  timeout: 120_000,
}, async () => {
  // ES modules whose exports `require` can't see.
  const { checkPackage, createPackageFromTarballData } = await import('@arethetypeswrong/core');
  const analysis = await checkPackage(createPackageFromTarballData(archive), {
    excludeEntrypoints: PRELOADS,
  });
  assert.ok(analysis.types, 'the package has types');
  assert.deepEqual(
    Object.keys(analysis.entrypoints),
    Object.keys(manifest.exports).filter((each) => !PRELOADS.includes(each)),
  );
  assert.deepEqual(
    analysis.problems.map((each) => JSON.stringify(each)),
    [],
  );
});

test('the SBOM is valid CycloneDX, and names the packages whose licences are in the package', async () => {
  const text = readFileSync(join(repository, 'dist/sbom.cdx.json'), 'utf8');
  const wrong = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text);
  assert.equal(wrong, null);
  const { components, metadata } = JSON.parse(text);
  assert.equal(metadata.component.purl, `pkg:npm/${manifest.name}@${manifest.version}`);
  const listed = components.map(({ group, name, version }: Record<string, string>) =>
    group === undefined ? `${name} ${version}` : `${group}/${name} ${version}`,
  );
  const notices = readFileSync(join(repository, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8');
  const licensed = notices
    .split(`\n${'-'.repeat(80)}\n\n`)
    .slice(1)
    .flatMap((part) => part.split('\n\n')[0]!.split('\n'));
  assert.ok(listed.length > 20, `${listed.length} packages`);
  assert.deepEqual([...new Set(listed)].sort(), licensed.sort());
});
