// Declarations of the public entries and of the files that they name; the rest of src stays private.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmdirSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @param typed names of the entries whose types are public */
export function writeDeclarations(typed, dist) {
  const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
  const run = spawnSync(
    process.execPath,
    [tsc, '-p', fileURLToPath(new URL('../tsconfig.types.json', import.meta.url)), '--noCheck'],
    {
      stdio: 'inherit',
    },
  );
  if (run.status !== 0) throw new Error('tsc could not write the type declarations');
  const types = join(dist, 'types');
  const wanted = new Set();
  const visit = (file) => {
    if (wanted.has(file) || !existsSync(file)) return;
    wanted.add(file);
    for (const [, to] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*['"](\.[^'"]+)['"]/g)) {
      visit(join(dirname(file), `${to}.d.ts`));
    }
  };
  for (const name of typed) visit(join(types, `${name}.d.ts`));
  prune(types, wanted);
}

/** Removes the files that are not wanted, and folders left empty. @returns whether the folder is gone */
function prune(folder, wanted) {
  let left = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) left += prune(path, wanted) ? 0 : 1;
    else if (wanted.has(path)) left++;
    else unlinkSync(path);
  }
  if (left === 0) rmdirSync(folder);
  return left === 0;
}
