// Builds the viewer's page into dist/viewer-ui/, or copies what an earlier build made of the same files. Used by build.mjs.
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const ui = join(root, 'src/viewer/ui');
/** `npm ci` empties it, so it holds only what was built since. */
const kept = join(root, 'node_modules/.cache/viewer-ui');

/** @returns absolute paths of all that went into the page, for the notices */
export async function buildViewerUi(dist) {
  const folder = join(kept, digest());
  const list = join(folder, 'modules.json');
  if (!existsSync(list)) await build(folder);
  cpSync(join(folder, 'page'), join(dist, 'viewer-ui'), { recursive: true });
  // Only packages have licences of their own; node_modules may be a link, so that their place is made anew.
  const modules = JSON.parse(readFileSync(list, 'utf8')).filter((file) => file.startsWith('node_modules/'));
  return modules.map((file) => join(root, file));
}

/** Of the page's files and of the lock file, which names the versions of what it is made with. */
function digest() {
  const hash = createHash('sha256');
  const files = readdirSync(ui, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const more = [fileURLToPath(import.meta.url), join(root, 'package-lock.json')].filter((file) =>
    existsSync(file),
  );
  for (const file of [...files.sort(), ...more])
    hash.update(`${file.slice(root.length)}\0`).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

async function build(folder) {
  // Vite is loaded only where it is needed: that alone takes a second.
  const { build: vite } = await import('vite');
  const partial = `${folder}.${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const modules = new Set();
  await vite({
    root: ui,
    configFile: join(ui, 'vite.config.mjs'),
    logLevel: 'warn',
    build: { outDir: join(partial, 'page') },
    plugins: [
      {
        name: 'list-modules',
        generateBundle(_, bundle) {
          for (const { moduleIds = [] } of Object.values(bundle))
            for (const id of moduleIds)
              modules.add(
                id
                  .replaceAll('\\', '/')
                  .replace(/^.*\/(?=node_modules\/)/, '')
                  .split('?')[0],
              );
        },
      },
    ],
  });
  writeFileSync(join(partial, 'modules.json'), JSON.stringify([...modules]));
  try {
    renameSync(partial, folder);
  } catch (error) {
    // Another build of the same files was faster.
    if (!existsSync(join(folder, 'modules.json'))) throw error;
    rmSync(partial, { recursive: true });
  }
}
