/**
 * Says of each library of the application whether it is patched, and if not, why: too new, too early, bundled, frozen.
 * Beside a span's way: part of doctor's look at the application.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundledLibraries } from '../../load/bundled-libraries';
import { inRange } from '../../load/version-range';
import { contribRows } from '../../patch/contrib/contrib';
import { table } from '../../patch/contrib/table';
import { packages } from '../../patch/registry';
import type { Finding } from './finding';
import type { ProcessRecord } from './probe';

const rows = [...packages, ...contribRows(table)].filter(
  ({ always, setting }) => !always && setting === undefined,
);
const traceable = [...new Set(rows.map(({ module }) => module))];

type Values = Readonly<Record<string, string>>;
interface Seen {
  readonly library: string;
  readonly status: Finding['status'];
  readonly found: string;
  readonly next?: string;
}

const EXTERNAL = 'mark it as external in the bundler, so that it is loaded from node_modules';

/** What each of the agent's codes says of a library; the first that isn't `ok` holds. */
const MEANING: Readonly<Record<string, (values: Values) => Seen[]>> = {
  TA_PATCHED: (values) => [about(values, 'ok', `patched (${values.instrumentation})`)],
  TA_PATCH_NEWER: (values) => [untested(values)],
  TA_PATCH_VERSION: (values) => [untested(values)],
  TA_PATCH_NOTHING: (values) => [
    about(
      values,
      'warn',
      `not shaped as the agent knows it (${values.lacking} not found), it runs untraced`,
      'upgrade the agent, or use a version of the library that docs/instrumentations.md names',
    ),
  ],
  TA_PATCH_FAILED: (values) => [
    isFrozen(values.error)
      ? about(
          values,
          'warn',
          `frozen, it cannot be patched (${values.error})`,
          'see what freezes its exports',
        )
      : about(values, 'warn', `could not be patched (${values.error})`, 'report it with the library version'),
  ],
  TA_LOADED_EARLY: (values) => [
    about(
      values,
      'warn',
      `loaded too early, by ${values.by}; what was taken from it until then runs untraced`,
      'load the agent first, before any other -r or --import',
    ),
  ],
  TA_BUNDLED: ({ libraries = '', file = '' }) =>
    libraries.split(', ').map((library) => bundled(library, file)),
  TA_BUNDLE: ({ file }) => [
    {
      library: 'bundle',
      status: 'warn',
      found: `${file} looks like a bundle: libraries inside of it run untraced`,
      next: 'mark them as external in the bundler, so that they are loaded from node_modules',
    },
  ],
  TA_ES_MODULES_UNSEEN: ({ libraries }) => [
    {
      library: 'es modules',
      status: 'warn',
      found: `${libraries}: ES modules, which this Node.js shows only to a loader thread; imported, they run untraced`,
      next: 'set TRACING_AGENT_ES_MODULES=on, or use Node.js 22.15 or newer',
    },
  ],
};

/** One for each library that was loaded, or that the application's package.json lists and could have been. */
export function libraryFindings(
  processes: readonly ProcessRecord[],
  script: string | undefined,
  directory: string,
): Finding[] {
  const seen = processes.flatMap(({ codes }) =>
    codes.flatMap(({ code, values }) => MEANING[code]?.(values) ?? []),
  );
  // A short run ends before the agent has looked for itself.
  if (script !== undefined) {
    for (const library of bundledLibraries(script, traceable).libraries) seen.push(bundled(library, script));
  }
  const byLibrary = new Map<string, Seen>();
  for (const each of seen) {
    if (!byLibrary.has(each.library) || each.status !== 'ok') byLibrary.set(each.library, each);
  }
  for (const { name, version } of dependenciesOf(script ?? join(directory, 'main.js'))) {
    if (byLibrary.has(name) || !traceable.includes(name)) continue;
    byLibrary.set(name, unseen(name, version, byLibrary));
  }
  return [...byLibrary.values()].map(({ library: _, ...finding }) => ({ check: 'library', ...finding }));
}

/** One that told nothing of itself: not loaded, or, as Express 5 and redis 4, traced in a package that it brings. */
function unseen(library: string, version: string, byLibrary: ReadonlyMap<string, Seen>): Seen {
  const own = rows.filter(({ module }) => module === library);
  const fits = own.some(({ versions }) => inRange(version, versions));
  const split = own.find(({ elsewhere }) => elsewhere !== undefined && inRange(version, elsewhere));
  const values = { library, version };
  if (!fits && split === undefined)
    return about(values, 'warn', 'version untested, and not loaded during this run');
  const parts = fits ? [] : rows.filter(({ instrumentation }) => instrumentation === split?.instrumentation);
  const part = parts.map(({ module }) => byLibrary.get(module)).find((each) => each !== undefined);
  if (part === undefined) return about(values, 'skip', 'not loaded during this run');
  return about(values, part.status === 'ok' ? 'ok' : 'skip', `traced in its package ${part.library}`);
}

function about(
  { library = '', version = '' }: Values,
  status: Finding['status'],
  found: string,
  next?: string,
): Seen {
  return {
    library,
    status,
    found: `${library} ${version}: ${found}`,
    ...(next === undefined ? {} : { next }),
  };
}

function untested(values: Values): Seen {
  const { range, outcome = 'it runs untraced' } = values;
  const next = 'upgrade the agent, or use a version in that range';
  return about(values, 'warn', `version untested (known: ${range}), ${outcome}`, next);
}

function bundled(library: string, file: string): Seen {
  return {
    library,
    status: 'warn',
    found: `${library}: bundled into ${file}, where it runs untraced`,
    next: EXTERNAL,
  };
}

/** Of V8's messages on frozen objects and on getters without setters. */
function isFrozen(error = ''): boolean {
  return /redefine property|not extensible|read only|Cannot assign|which has only a getter/i.test(error);
}

/** What the nearest package.json above the main script lists, with the versions that are installed. */
function dependenciesOf(script: string): { name: string; version: string }[] {
  for (let folder = dirname(script); ; folder = dirname(folder)) {
    const manifest = json(join(folder, 'package.json'));
    if (manifest !== undefined) {
      const names = Object.keys((manifest.dependencies as object | undefined) ?? {});
      return names.flatMap((name) => {
        const version = json(join(folder, 'node_modules', name, 'package.json'))?.version;
        return typeof version === 'string' ? [{ name, version }] : [];
      });
    }
    if (folder === dirname(folder)) return [];
  }
}

function json(file: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
