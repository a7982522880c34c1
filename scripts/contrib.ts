// Writes src/patch/contrib/table.ts from the installed @opentelemetry/auto-instrumentations-node: npx tsx scripts/contrib.ts
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { builtins } from '../src/patch/builtins';
import { packages } from '../src/patch/registry';

const root = resolve(__dirname, '..');
const PREFIX = '@opentelemetry/instrumentation-';

/** Where the packages are read from, the first that has them. scripts/build.mjs looks in the same order. */
const folder = [root, join(root, 'test', 'libraries')]
  .map((each) => join(each, 'node_modules'))
  .find((each) => existsSync(join(each, '@opentelemetry', 'auto-instrumentations-node')));

/** Instrumentations that aren't driven though nothing of ours replaces them, and why. */
const LEFT_OUT: Record<string, string> = {
  'aws-lambda':
    'its target is the handler that AWS Lambda names at start, and it ends the span by flushing an SDK of its own',
  'host-metrics': 'makes metrics, no spans, and runs from the start',
  'runtime-node': 'makes metrics, no spans, and runs from the start',
};
/** Node's own modules, patched at start where the settings name them: a span for every call costs more than it tells. */
const BUILTINS = ['dns', 'fs', 'net'];
/**
 * Used where the settings name them, since they double other spans: redis 4 has generic-pool inside, and each of knex's
 * queries is one of its driver's.
 */
const ON_REQUEST = ['generic-pool', 'knex'];

/** Packages whose `import` leads to ES modules: what they patch in the main file, they patch in this one too. */
const ES_MODULES: Record<string, string> = { openai: 'index.mjs' };

interface Definition {
  name: string;
  supportedVersions: string[];
  patch?: unknown;
  files: { name: string; supportedVersions: string[] }[];
}

/** The table's source text; undefined where auto-instrumentations-node isn't installed. */
export function renderTable(): string | undefined {
  if (folder === undefined) return undefined;
  const load = createRequire(join(folder, 'contrib.js'));
  const auto = manifest('auto-instrumentations-node');
  const ownNames = new Set([...packages, ...builtins].map((row) => row.instrumentation));
  const ownModules = new Set<string>([...packages, ...builtins].map((row) => row.module));
  const entries: string[] = [];
  const left: string[] = [];
  for (const name of Object.keys(auto.dependencies)
    .filter((each) => each.startsWith(PREFIX))
    .sort()) {
    const short = name.slice(PREFIX.length);
    const { version } = manifest(`instrumentation-${short}`);
    const { className, definitions } = inspect(load(name) as Record<string, unknown>);
    const own =
      ownNames.has(short) || definitions.some((each) => ownModules.has(each.name))
        ? 'patched by this agent itself'
        : undefined;
    const reason = own ?? LEFT_OUT[short];
    if (reason !== undefined) {
      left.push(`// ${short}: ${reason}.`);
      continue;
    }
    if (definitions.length === 0) throw new Error(`${name} names no module to patch: say why in LEFT_OUT`);
    entries.push(renderEntry(short, version, className, definitions));
  }
  return formatted(`${HEAD(auto.version)}
export const table: readonly Contrib[] = [
${entries.join('\n')}
];

// Left out of ${auto.name} ${auto.version}:
${left.join('\n')}
`);
}

function formatted(text: string): string {
  const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const run = spawnSync(process.execPath, [biome, 'format', '--stdin-file-path=table.ts'], {
    cwd: root,
    input: text,
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(`biome could not format the table: ${run.stderr}`);
  return run.stdout;
}

function manifest(short: string): { name: string; version: string; dependencies: Record<string, string> } {
  return JSON.parse(readFileSync(join(folder!, '@opentelemetry', short, 'package.json'), 'utf8'));
}

/** The instrumentation's class among a package's exports, and what it would patch. */
function inspect(exports: Record<string, unknown>): { className: string; definitions: Definition[] } {
  for (const [className, each] of Object.entries(exports)) {
    if (typeof each !== 'function' || typeof each.prototype?.setConfig !== 'function') continue;
    const instrumentation = new (each as new (config: object) => any)({ enabled: false });
    return { className, definitions: instrumentation.getModuleDefinitions?.() ?? [] };
  }
  throw new Error(`no instrumentation among the exports ${Object.keys(exports).join(', ')}`);
}

function renderEntry(short: string, version: string, className: string, definitions: Definition[]): string {
  const targets = definitions.flatMap((definition, index) => {
    const { name, supportedVersions } = definition;
    const places = ['', ...(ES_MODULES[name] === undefined ? [] : [`esm: '${ES_MODULES[name]}', `])];
    const main =
      typeof definition.patch === 'function'
        ? places.map((place) => renderTarget(name, place, supportedVersions, [index]))
        : [];
    const files = definition.files.map((file, at) => {
      const path = file.name.replaceAll('\\', '/').slice(name.length + 1);
      return renderTarget(name, `file: '${path}', `, file.supportedVersions, [index, at]);
    });
    return [...main, ...files];
  });
  const builtin = definitions.some((each) => BUILTINS.includes(each.name)) ? '\n    builtin: true,' : '';
  const onRequest = ON_REQUEST.includes(short) ? '\n    onRequest: true,' : '';
  return `  {
    // ${version}
    name: '${short}',
    className: '${className}',${builtin}${onRequest}
    load: () => require('${PREFIX}${short}'),
    targets: [
${targets.join('\n')}
    ],
  },`;
}

/** @param place the file, as the text of a property; empty for the main file */
function renderTarget(module: string, place: string, versions: string[], at: number[]): string {
  return `{ module: '${module}', ${place}versions: '${versions.map(plainRange).join(' || ')}', at: [${at.join(', ')}] },`;
}

/** A range of npm's as the few comparators that src/load/version-range.ts reads. */
export function plainRange(range: string): string {
  const text = range.trim().replaceAll(/(>=|<)\s+/g, '$1');
  if (text === '*') return text;
  const caret = /^\^?([1-9]\d*)((?:\.\d+)*)$/.exec(text);
  // `^3.1.0` and the bare major `2`.
  if (caret !== null && (text.startsWith('^') || caret[2] === '')) {
    return `>=${text.replace('^', '')} <${Number(caret[1]) + 1}`;
  }
  if (!/^(?:(?:>=|<)\d+(?:\.\d+)*(?: |$))+$/.test(text)) throw new Error(`not a plain range: ${range}`);
  return text;
}

const HEAD = (version: string) => `/**
 * What OpenTelemetry's instrumentations patch, made by scripts/contrib.ts from auto-instrumentations-node ${version}.
 * Second station of a span's way: rows of the registry beside our own patches. Not to be edited by hand.
 */
import type { Contrib } from './contrib';
`;

if (require.main === module) {
  const text = renderTable();
  if (text === undefined) throw new Error('auto-instrumentations-node is not installed: npm run libraries');
  writeFileSync(join(root, 'src', 'patch', 'contrib', 'table.ts'), text);
}
