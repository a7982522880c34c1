// What lies in node_modules after the install: bytes and files of a package with all that it brings.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repository } from '../../scripts/cache.mjs';

/** @returns bytes and files for each subject but bare */
export function measurePackages(subjects) {
  return subjects
    .filter(({ name }) => name !== 'bare')
    .map(({ name, packages, versions }) => {
      const size = name === 'ours' ? packed() : closure(packages);
      return { subject: name, versions, ...size };
    });
}

function packed() {
  const { stdout, status, stderr } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: repository,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(stderr);
  const [{ unpackedSize, entryCount }] = JSON.parse(stdout);
  return { bytes: unpackedSize, files: entryCount };
}

/** The packages and what they depend on, each copy once, as Node finds them. */
function closure(names) {
  const modules = realpathSync(join(repository, 'bench/node_modules'));
  const seen = new Set();
  const visit = (name, from) => {
    for (let folder = from; ; folder = dirname(folder)) {
      const found = join(folder, 'node_modules', name);
      if (existsSync(join(found, 'package.json'))) {
        if (seen.has(found)) return;
        seen.add(found);
        const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
          readFileSync(join(found, 'package.json'), 'utf8'),
        );
        for (const each of Object.keys({ ...dependencies, ...optionalDependencies })) visit(each, found);
        return;
      }
      // An optional one that this platform doesn't have.
      if (folder === dirname(modules)) return;
    }
  };
  // Every OpenTelemetry package asks for its API as a peer.
  for (const name of names) visit(name, dirname(modules));
  let bytes = 0;
  let files = 0;
  const add = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && entry.name !== 'node_modules') add(path);
      else if (entry.isFile()) {
        files++;
        bytes += statSync(path).size;
      }
    }
  };
  for (const folder of seen) add(folder);
  return { bytes, files };
}
