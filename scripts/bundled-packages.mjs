// Which packages the files that went into dist/ are of. Used by notices.mjs and sbom.mjs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param files absolute paths of all that was bundled
 * @returns name, version, license, `folder`, and `place`, which is the package's key in package-lock.json; in the order
 * of their names, whichever order the bundler found them in
 */
export function bundledPackages(files) {
  const packages = new Map();
  for (const file of files) {
    const folder = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(file)?.[0];
    if (folder === undefined) continue;
    // node_modules may be a link, and a package lie within another's.
    const place = folder.replaceAll('\\', '/').replace(/^.*?\/(?=node_modules\/)/, '');
    if (packages.has(place)) continue;
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    packages.set(place, { name, version, license, folder, place });
  }
  return [...packages.values()].sort(
    (a, b) => compare(a.name, b.name) || compare(a.version, b.version) || compare(a.place, b.place),
  );
}

/** By code units: the same in every language. */
function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
