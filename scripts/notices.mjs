// Writes dist/THIRD-PARTY-NOTICES.txt: the licences of what others wrote and dist/ holds. Used by build.mjs.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const HEAD = 'This package holds code of the packages below, under their licences.\n';

/** @param files absolute paths of all that was bundled */
export function writeNotices(files, dist) {
  const folders = new Set();
  for (const file of files) {
    const folder = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(file)?.[0];
    if (folder !== undefined) folders.add(folder);
  }
  // Each text once, under all packages that it is of.
  const packages = new Map();
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((each) => /^licen[cs]e(\.\w+)?$/i.test(each));
    const text =
      file === undefined
        ? `${license}, as its package.json says.`
        : readFileSync(join(folder, file), 'utf8').trim();
    packages.set(text, new Set([...(packages.get(text) ?? []), `${name} ${version}`]));
  }
  const parts = [...packages].map(([text, of]) => `${[...of].sort().join('\n')}\n\n${text}\n`);
  writeFileSync(
    join(dist, 'THIRD-PARTY-NOTICES.txt'),
    [HEAD, ...parts.sort()].join(`\n${'-'.repeat(80)}\n\n`),
  );
}
