/**
 * Lays out the content of the image: `node scripts/image.mjs <folder>` writes `<folder>/autoinstrumentation`, readable by
 * every user, from a built dist/. deploy/image/Dockerfile runs it.
 */
import { chmodSync, copyFileSync, cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { repository } from './cache.mjs';

const [target] = process.argv.slice(2);
if (target === undefined) {
  console.error('usage: node scripts/image.mjs <folder>');
  process.exit(2);
}
const folder = join(resolve(target), 'autoinstrumentation');

mkdirSync(folder, { recursive: true });
for (const file of ['register.js', 'register.mjs', 'package.json', 'LICENSE'])
  copyFileSync(join(repository, file), join(folder, file));
copyFileSync(join(repository, 'deploy/image/autoinstrumentation.js'), join(folder, 'autoinstrumentation.js'));
// Nobody compiles against the copy.
const types = join(repository, 'dist', 'types');
cpSync(join(repository, 'dist'), join(folder, 'dist'), {
  recursive: true,
  filter: (source) => source !== types,
});
makeReadable(folder);

/** Whatever the umask of the build: the application's user is not the image's. */
function makeReadable(path) {
  chmodSync(path, 0o755);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) makeReadable(inside);
    else chmodSync(inside, 0o644);
  }
}
