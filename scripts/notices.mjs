// Writes dist/THIRD-PARTY-NOTICES.txt: the licences of what others wrote and dist/ holds. Used by build.mjs.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const HEAD = 'This package holds code of the packages below, under their licences.\n';

/** @param packages of bundled-packages.mjs */
export function writeNotices(packages, dist) {
  // Each text once, under all packages that it is of.
  const texts = new Map();
  for (const { name, version, license, folder } of packages) {
    const file = readdirSync(folder)
      .sort()
      .find((each) => /^licen[cs]e(\.\w+)?$/i.test(each));
    const text =
      file === undefined
        ? `${license}, as its package.json says.`
        : readFileSync(join(folder, file), 'utf8').trim();
    texts.set(text, new Set([...(texts.get(text) ?? []), `${name} ${version}`]));
  }
  const parts = [...texts].map(([text, of]) => `${[...of].sort().join('\n')}\n\n${text}\n`);
  writeFileSync(
    join(dist, 'THIRD-PARTY-NOTICES.txt'),
    [HEAD, ...parts.sort()].join(`\n${'-'.repeat(80)}\n\n`),
  );
}
