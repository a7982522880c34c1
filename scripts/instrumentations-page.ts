/**
 * Makes docs/instrumentations.md from the registry, the catalogue, and the versions that tests name; for scripts/docs.ts.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../package.json';
import { type CatalogueEntry, catalogue } from '../src/patch/catalogue';
import { comparisons } from '../src/patch/comparison';
import { packages } from '../src/patch/registry';
import libraries from '../test/support/libraries/package.json';
import matrix from '../test/support/matrix.json';
import { renderContrib } from './contrib-page';

const root = join(__dirname, '..');

/** One package that tests can name. */
export interface TestPackage {
  /** Its folder, which may be an alias: `express4`. */
  readonly alias: string;
  /** Its name in the registry: `express`. */
  readonly name: string;
  readonly version: string;
  /** Whether a file of test/libraries names it. */
  readonly named: boolean;
}

type Lock = Record<string, { name?: string; version: string; dependencies?: Record<string, string> }>;

/** The packages of both lock files that a manifest asks for, and those of the workspaces. */
export function testPackages(): TestPackage[] {
  const texts = testTexts();
  const wanted = { ...libraries.dependencies, ...manifest.devDependencies };
  const locks = ['test/support/libraries/package-lock.json', 'package-lock.json'].map(
    (file): Lock => JSON.parse(readFileSync(join(root, file), 'utf8')).packages,
  );
  const isNamed = (alias: string) => {
    const pattern = new RegExp(`['"\`]${alias.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&')}['"\`/]`);
    return texts.some((text) => pattern.test(text));
  };
  const single = Object.keys(wanted).flatMap((alias) => {
    // The folder beside the tests comes first when a fixture asks for a package.
    const locked = locks.map((lock) => lock[`node_modules/${alias}`]).find((each) => each !== undefined);
    return locked === undefined
      ? []
      : [{ alias, name: locked.name ?? alias, version: locked.version, named: isNamed(alias) }];
  });
  const sets = readdirSync(join(root, 'test/support/libraries/sets')).flatMap((set) =>
    setPackages(set, locks[0]!, isNamed(set)),
  );
  return [...single, ...sets];
}

/** The web frameworks of a workspace, also those below one another: NestJS, its Express, and the router below. */
function setPackages(set: string, lock: Lock, named: boolean): TestPackage[] {
  const found = new Map<string, TestPackage>();
  const visit = (names: object | undefined) => {
    for (const name of Object.keys(names ?? {})) {
      const locked = lock[`sets/${set}/node_modules/${name}`] ?? lock[`node_modules/${name}`];
      const isFramework = catalogue['Web frameworks']!.some(({ library }) => library === name);
      if (locked === undefined || found.has(name) || !(isFramework || name.startsWith('@nestjs/'))) continue;
      found.set(name, { alias: set, name, version: locked.version, named });
      visit(locked.dependencies);
    }
  };
  visit(lock[`sets/${set}`]?.dependencies);
  return [...found.values()];
}

/** What all files below test/libraries say. */
function testTexts(): string[] {
  return readdirSync(join(root, 'test', 'libraries'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|cjs|mjs|js)$/.test(file) && !file.includes('node_modules'))
    .map((file) => readFileSync(join(root, 'test', 'libraries', file), 'utf8'));
}

/** The versions of the entry's library that are traced: its own, else those of its registry rows. */
export function versionsOf(entry: CatalogueEntry): string {
  if (entry.versions !== undefined) return entry.versions;
  const rows = packages.filter((row) => modulesOf(entry).includes(row.module));
  return [...new Set(rows.map((row) => row.versions))].join(' || ');
}

export function modulesOf(entry: CatalogueEntry): readonly string[] {
  return entry.modules ?? [entry.library];
}

/** The versions of the entry's library that tests run, oldest first. */
export function testedOf(entry: CatalogueEntry, from: readonly TestPackage[]): string[] {
  if (entry.versions === 'Node.js') return [...matrix.floors, ...matrix.nodes];
  const versions = from
    .filter((each) => each.named && each.name === entry.library)
    .map((each) => each.version);
  return [...new Set(versions)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** Where test/libraries/contrib-comparison finds differences. */
function renderComparison(): string[] {
  const lines = [
    '## Compared with the same under OpenTelemetry',
    '',
    "A test runs one application for each of these libraries under this agent and under OpenTelemetry's SDK with its own",
    'instrumentation, and compares spans, kinds, parents, failures and the names of attributes. What differs:',
    '',
  ];
  for (const comparison of comparisons) {
    const {
      library,
      detail,
      failures,
      spansLacking = [],
      spansAdded = [],
      lacking = {},
      added = {},
    } = comparison;
    const parts = [
      ...(failures === undefined ? [] : [failures]),
      ...spansLacking.map(({ what, reason }) => `no spans for ${what} (${reason})`),
      ...spansAdded.map(({ what, reason }) => `a span for ${what} (${reason})`),
      ...Object.entries(lacking).map(([key, reason]) => `no \`${key}\` (${reason})`),
      ...Object.entries(added).map(([key, reason]) => `\`${key}\` (${reason})`),
    ];
    const setting = detail === undefined ? '' : ` with \`detail=${detail}\``;
    lines.push(`- **${library}**${setting}: ${parts.join('; ')}.`);
  }
  return [...lines, ''];
}

const UNSEEN = `## What cannot be seen

**ES modules.** A package that is CommonJS is seen whoever asks for it. One whose \`import\` leads to ES modules (so the
tables above say) needs a hook, which is installed only where a \`node_modules\` folder of the main script's folder, the
working directory or one above holds such a package, used or not (the setting \`esModules\`: \`auto\`, \`on\`, \`off\`).
Node.js 22.15 and newer have \`module.registerHooks\`: 10 to 25 µs more for each module that the process loads. On an
older one Node's loader thread is started if the main script is an ES module: 60 ms, and 0.3 to 0.5 ms for each ES
module; a CommonJS application that \`import()\`s the package there sets \`TRACING_AGENT_ES_MODULES=on\`. Set it also
where the package is installed under an alias alone, or only for another package of a workspace. What was imported
before the agent is not seen: load the agent by \`-r\` or \`--import\`.

**Aliases.** A package under another name (\`npm i redis-next@npm:redis@5\`) is seen where that name holds the package's:
\`redis-next\`, \`old-pg\`. The name of a scoped package counts whole: PGlite is seen as \`@electric-sql/pglite-next\`, and not
as \`pglite-next\`; only \`@hapi/hapi\` is also seen as \`hapi-next\`.

**Loaded before the agent.** A library that \`require\` had loaded before is patched in place. Where a patch must replace
what it exports, later calls of \`require\` get the replacement, and one line (\`TA_LOADED_EARLY\`) names who took the
original.

**Bundles.** Inside a file that esbuild, webpack, rolldown or another bundler has made no library loads, so none is seen;
\`http\` and \`fetch\` are, since they are Node's. Two seconds after the first span the main script is looked into, once:
libraries that it holds for certain are named (\`TA_BUNDLED\`); a bundle that doesn't tell, as a minified one, is mentioned
at the level \`info\`. Mark the libraries as external: \`--external:pg\` or \`--packages=external\` of esbuild, \`externals\` of
webpack, \`external\` of rolldown and Rollup, \`serverExternalPackages\` of Next.js.

**Versions.** A version that is newer than the range is named in one line (\`TA_PATCH_NEWER\`). It is patched where it has
all that the patch wraps; else it is left alone, and a second line (\`TA_PATCH_NOTHING\`) says what it lacks. Those below
"through OpenTelemetry's instrumentations" are left alone.
`;

/** The text of docs/instrumentations.md. */
export function renderInstrumentations(): string {
  const from = testPackages();
  const lines = [
    '<!-- Made from src/patch/catalogue.ts, src/patch/registry.ts and the tests by scripts/docs.ts. Change it there. -->',
    '# What is traced',
    '',
    'Each library is traced from the moment in which the application loads it; a library that is not loaded costs nothing.',
    'The name in the second column is the one for the settings `enabledInstrumentations` and `disabledInstrumentations`.',
    'An older version runs untraced, and `TRACING_AGENT_LOG_LEVEL=info` says so. Packages that are',
    'CommonJS are seen by `require` and by `import` alike, on every supported Node.js. How ES modules are seen, what is',
    'loaded before the agent, and bundles: see [what cannot be seen](#what-cannot-be-seen).',
    '',
  ];
  for (const [kind, entries] of Object.entries(catalogue)) {
    lines.push(`## ${kind}`, '');
    lines.push('| library | instrumentation | versions | tested with | loaded as |');
    lines.push('| --- | --- | --- | --- | --- |');
    for (const entry of entries) {
      const tested = testedOf(entry, from).join(', ') || 'not tested';
      const cells = [
        `\`${entry.library}\``,
        `\`${entry.instrumentation}\``,
        escaped(versionsOf(entry)),
        tested,
      ];
      lines.push(`| ${cells.join(' | ')} | ${loadedAs(entry)} |`);
    }
    lines.push('');
    for (const entry of entries) {
      const differs = entry.differs === undefined ? '' : ` Unlike OpenTelemetry's: ${lowered(entry.differs)}`;
      const untested = entry.untested === undefined ? '' : ` Not tested: ${lowered(entry.untested)}`;
      lines.push(`- **${entry.library}**: ${entry.records}${differs}${untested}`);
    }
    lines.push('');
  }
  lines.push(...renderComparison(), ...renderContrib(from));
  return `${lines.join('\n').trimEnd()}\n\n${UNSEEN}`;
}

function loadedAs(entry: CatalogueEntry): string {
  if (entry.versions === 'Node.js') return 'part of Node.js';
  const rows = packages.filter((row) => modulesOf(entry).includes(row.module));
  const esm = rows.some((row) => row.esm !== undefined);
  const cjs = rows.length === 0 || rows.some((row) => row.esm === undefined);
  return [cjs ? 'CommonJS' : '', esm ? 'ES modules' : ''].filter(Boolean).join(', ');
}

const escaped = (range: string): string => `\`${range}\``.replaceAll('|', '\\|');

const lowered = (text: string): string => text[0]!.toLowerCase() + text.slice(1);
