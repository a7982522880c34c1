/**
 * Builds and packs twice, in two folders, time zones and languages, and compares: `npm run reproduce` prints the SHA-256
 * of the archive, or the files that differ. release.ts takes the archive from here.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const repository = join(__dirname, '..');
const onWindows = process.platform === 'win32';

/** What may leave traces in an archive, and must not. */
const SURROUNDINGS = [
  { folder: 'first', TZ: 'UTC', LC_ALL: 'C' },
  { folder: join('second', 'in a folder with blanks'), TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8' },
];

/** Puts the archive, and its SBOM beside it, into the folder `into`. @throws Error that names the files which differ */
export function packTwice(into: string): { readonly file: string; readonly sbom: string } {
  const top = mkdtempSync(join(tmpdir(), 'tracing-agent-reproduce-'));
  try {
    const [first, second] = SURROUNDINGS.map(({ folder, ...env }) => pack(join(top, folder), env)) as [
      Packed,
      Packed,
    ];
    if (first.sha256 !== second.sha256)
      throw new Error(`two builds of the same sources differ in ${differing(first, second).join(', ')}`);
    mkdirSync(into, { recursive: true });
    const file = join(into, basename(first.archive));
    copyFileSync(first.archive, file);
    const sbom = join(into, `${basename(file, '.tgz')}.cdx.json`);
    copyFileSync(join(first.folder, 'dist/sbom.cdx.json'), sbom);
    return { file, sbom };
  } finally {
    rmSync(top, { recursive: true, force: true });
  }
}

interface Packed {
  readonly folder: string;
  readonly archive: string;
  readonly sha256: string;
  readonly files: readonly string[];
}

function pack(folder: string, env: NodeJS.ProcessEnv): Packed {
  for (const file of sources()) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(repository, file), join(folder, file));
  }
  // Linked, not found above: a path into it must differ too. What was built before stays behind.
  linkTree(join(repository, 'node_modules'), join(folder, 'node_modules'), ['.cache']);
  const options = { cwd: folder, env: { ...process.env, ...env } };
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.mjs'], {
    ...options,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the build failed in ${folder}: ${stderr}`);
  const output = execFileSync('npm', ['pack', '--json', '--ignore-scripts'], {
    ...options,
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: onWindows,
  });
  // A list in npm 10, by the packages' names in npm 11.
  const [packed] = Object.values(JSON.parse(output.toString())) as {
    filename: string;
    files: { path: string }[];
  }[];
  const archive = join(folder, packed!.filename);
  return { folder, archive, sha256: sha256(archive), files: packed!.files.map(({ path }) => path).sort() };
}

/** All that git has or would take: what is ignored is built, or of one machine. */
function sources(): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { status, stdout } = spawnSync('git', args, {
    cwd: repository,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const files = status === 0 ? stdout.split('\0').filter((file) => file !== '') : plainSources('.');
  return files.filter((file) => existsSync(join(repository, file)));
}

/** The same of a copy without git. */
function plainSources(folder: string): string[] {
  return readdirSync(join(repository, folder), { withFileTypes: true })
    .filter(({ name }) => !['.git', 'node_modules', 'dist', 'release'].includes(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? plainSources(path) : [path];
    });
}

function linkTree(from: string, to: string, without: readonly string[] = []): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (without.includes(entry.name)) continue;
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) linkTree(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else link(source, target);
  }
}

function link(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    // The temporary folder may be on another disk.
    copyFileSync(source, target);
  }
}

function differing(first: Packed, second: Packed): string[] {
  const all = new Set([...first.files, ...second.files]);
  const found = [...all].filter((file) => {
    const [one, other] = [first, second].map(({ folder }) => join(folder, file)) as [string, string];
    return !existsSync(one) || !existsSync(other) || sha256(one) !== sha256(other);
  });
  return found.length > 0 ? found : ['the archive alone'];
}

export function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

if (require.main === module) {
  const into = mkdtempSync(join(tmpdir(), 'tracing-agent-packed-'));
  try {
    const { file } = packTwice(into);
    console.log(`${sha256(file)}  ${basename(file)}, the same in two folders`);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  } finally {
    rmSync(into, { recursive: true });
  }
}
