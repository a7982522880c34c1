// Builds dist/: CommonJS chunks, one for each library's patch, and the type declarations of the public parts.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync, unlinkSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import {
  contribChunks,
  contribEntries,
  contribOutput,
  contribReplacements,
  folders,
} from './contrib-bundle.mjs';
import { writeNotices } from './notices.mjs';
import { buildViewerUi } from './viewer-ui.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const src = join(root, 'src');
const dist = join(root, 'dist');

/** What runs in a traced process: one file that is read at start, and a chunk for each library's patch. */
const agent = { register: 'register', index: 'index', 'es-module-thread': 'load/es-module-thread' };
/** What is used without the agent; a build of its own, so that the agent's file needn't be cut up for it. */
const parts = {
  exporter: 'exporter',
  propagator: 'propagator',
  sampler: 'sampler',
  viewer: 'viewer/index',
  controller: 'controller',
};
/** What a person types: never read by a traced process, and all in one file. */
const commands = { cli: 'cli/main' };
/** Those whose types are public. */
const typed = ['index', 'exporter', 'propagator', 'sampler', 'controller'];

/**
 * Files that share a chunk, though each is asked for alone: small, and of applications that use few of them. The package
 * has a limit of 120 files, since each costs an image's copy and an install more than the kilobytes it holds.
 */
const rooms = {
  'patch-logs': ['patch/logs/bunyan', 'patch/logs/pino', 'patch/logs/winston'],
  'patch-sqlite': ['patch/sql/better-sqlite3', 'patch/sql/node-sqlite', 'patch/sql/sqlite3'],
  'patch-web-fastify': ['patch/web/fastify', 'patch/web/find-my-way'],
  'patch-web-koa': ['patch/web/koa', 'patch/web/koa-router', 'patch/web/koa-mount'],
  'patch-web-more': [
    'patch/web/hapi',
    'patch/web/restify',
    'patch/web/connect',
    'patch/web/nest',
    'patch/web/next',
    'patch/web/hono',
  ],
  'sample-more': [
    'sample/rules-sampler',
    'sample/local-tail',
    'sample/debug-guard',
    'sample/debug-credits',
    'sample/overhead-budget',
  ],
  'send-more': [
    'send/create-senders',
    'send/fan-out-sender',
    'send/failover/failover-sender',
    'send/failover/watched-transport',
    'send/failover/restored-span',
    'send/console/console-sender',
  ],
  'patch-sql-mysql': ['patch/sql/mysql', 'patch/sql/mysql2', 'patch/sql/mariadb'],
  'patch-http-more': ['patch/http/http2', 'patch/http/undici-pool'],
  'patch-redis-node-redis': ['patch/redis/node-redis', 'patch/redis/node-redis-3'],
  'patch-sql-more': ['patch/sql/oracledb', 'patch/sql/tedious', 'patch/sql/pglite'],
};
const roomOf = new Map(Object.entries(rooms).flatMap(([room, files]) => files.map((file) => [file, room])));
const memberName = (file) => file.replaceAll(/\W/g, '_');
const ROOM = '\0room:';

/** In the commands' build: `require('…')` of a file of ours → the file that another build makes of it. */
const builtElsewhere = {
  name: 'built-elsewhere',
  resolveId(source, importer, { kind }) {
    if (kind !== 'require-call' || !source.startsWith('.') || !importer?.startsWith(src)) return null;
    const file = relative(src, resolve(dirname(importer), source))
      .split(sep)
      .join('/');
    const part = Object.keys(parts).find((name) => parts[name] === file);
    const name = part ?? roomOf.get(file) ?? file.replaceAll('/', '-');
    return { id: `./${name}.js`, external: 'relative' };
  },
};

/**
 * `require('./redis/ioredis')` in the source → an entry of its own, or of its room, which that call reads when it is made.
 * The prefix keeps the chunks of two builds apart.
 */
function lazyChunks(prefix) {
  const found = new Set();
  const fileOf = (source, importer) =>
    relative(src, resolve(dirname(importer), source))
      .split(sep)
      .join('/');
  return {
    name: 'lazy-chunks',
    transform(code, id) {
      if (!id.startsWith(src)) return null;
      return code.replace(/\brequire\('(\.[^']*)'\)/g, (call, source) => {
        const file = fileOf(source, id);
        return roomOf.has(file) ? `${call}.${memberName(file)}` : call;
      });
    },
    resolveId(source, importer, { kind }) {
      if (source.startsWith(ROOM)) return source;
      if (kind !== 'require-call' || !source.startsWith('.') || !importer?.startsWith(src)) return null;
      const file = fileOf(source, importer);
      const room = roomOf.get(file);
      const name = prefix + (room ?? file.replaceAll('/', '-'));
      if (!found.has(name)) {
        found.add(name);
        const id = room === undefined ? `${join(src, file)}.ts` : ROOM + room;
        this.emitFile({ type: 'chunk', id, fileName: `${name}.js` });
      }
      return { id: `./${name}.js`, external: 'relative' };
    },
    load(id) {
      if (!id.startsWith(ROOM)) return null;
      return rooms[id.slice(ROOM.length)]
        .map((file) => `export * as ${memberName(file)} from ${JSON.stringify(`${join(src, file)}.ts`)};`)
        .join('\n');
    },
  };
}

/** Parts of dependencies that cost at start and that the agent doesn't use as they are. */
const replaced = {
  // require-in-the-middle prints through `debug`, which reads the environment and the terminal.
  debug: 'module.exports = () => () => {};',
};

/** The bundled API takes any 1.x global: see src/patch/opentelemetry-api.ts. */
const anyApiVersion = 'export const isCompatible = () => true;';

const replacements = {
  name: 'replacements',
  resolveId: (source) => (Object.hasOwn(replaced, source) ? `\0${source}` : null),
  load(id) {
    if (Object.hasOwn(replaced, id.slice(1))) return replaced[id.slice(1)];
    return /@opentelemetry[\\/]api[\\/].*internal[\\/]semver\.js$/.test(id) ? anyApiVersion : null;
  },
};

/**
 * The options table holds its own documentation, which no traced process reads: 12 kB of text for each start.
 * scripts/docs.ts reads the source.
 */
const withoutDocs = {
  name: 'without-docs',
  transform(code, id) {
    if (!/[\\/]config[\\/]options\.ts$/.test(id)) return null;
    const stripped = code.replace(/^\s+(?:doc|section):\s*(["'])(?:\\.|(?!\1).)*\1,$/gm, '');
    if (/\bdoc:\s*["']/.test(stripped)) throw new Error('a doc of the options table could not be left out');
    return stripped;
  },
};

/** V8 reads a file of ASCII alone as it is, and makes two bytes of each character of any other. */
const ascii = {
  name: 'ascii',
  generateBundle(_, chunks) {
    for (const chunk of Object.values(chunks))
      chunk.code = chunk.code?.replaceAll(
        /[^\x00-\x7f]/g,
        (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
  },
};

/** Every file that went into dist/. */
const bundledFiles = new Set();

/** @param entries name → file from src/ without extension, or the name of a package */
async function bundle(entries, prefix, output, plugins = [], replacing = [withoutDocs]) {
  const input = Object.entries(entries).map(([name, file]) => [
    name,
    file.startsWith('@') ? file : join(src, `${file}.ts`),
  ]);
  const bundled = await rolldown({
    input: Object.fromEntries(input),
    platform: 'node',
    // The application's own, where it has a Kubernetes controller.
    external: ['@kubernetes/client-node'],
    // The ES modules of OpenTelemetry's packages: only those can be tree-shaken.
    resolve: {
      mainFields: ['esnext', 'module', 'main'],
      conditionNames: ['esnext', 'module', 'import', 'default'],
      modules: folders,
    },
    plugins: [...plugins, lazyChunks(prefix), contribChunks, replacements, ...replacing, ascii],
    treeshake: { moduleSideEffects: (id) => id.startsWith(src) || id.includes('require-in-the-middle') },
    onwarn(warning) {
      throw new Error(warning.message);
    },
  });
  const { output: chunks } = await bundled.write({
    dir: dist,
    format: 'cjs',
    exports: 'named',
    entryFileNames: '[name].js',
    // Names stay, for stack traces; white space is a third of what each start would read.
    // register.js at the top level calls an export of start.js by its name.
    // A wrapper called without `this` must not see the global object in its place.
    strict: true,
    minifyInternalExports: false,
    minify: { mangle: false, compress: true, codegen: { removeWhitespace: true } },
    ...output,
  });
  await bundled.close();
  for (const { moduleIds = [] } of chunks) for (const id of moduleIds) bundledFiles.add(id);
}

/** Declarations of the public entries and of the files that they name; the rest of src stays private. */
function declarations() {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const run = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.types.json'), '--noCheck'], {
    stdio: 'inherit',
  });
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

rmSync(dist, { recursive: true, force: true });
// Three layers, each one file, since one is read faster than several: what runs at start, what the first span needs,
// and then a file for each library's patch.
const onDemand =
  /[\\/]src[\\/](patch[\\/](libraries|registry|process|http|redis|sql|web|messaging|contrib[\\/]|opentelemetry-api)|load[\\/](require-hook|es-module|bundled-libraries)|send[\\/](otlp|console|failover|fan-out|create-senders|health-metrics|transport[\\/](http|retry|spool|crc32|collector|exit))|diagnostics[\\/]trace-tree|sample[\\/](rules-sampler|local-tail|debug-guard|debug-credits|overhead-budget)|record[\\/]redaction|thrift[\\/](batch-decoder|binary-reader|compact-reader|reader))|require-in-the-middle|module-details-from-path|@opentelemetry[\\/]otlp-/;
const start =
  /[\\/]src[\\/](config|diagnostics|load|patch[\\/](builtins|chosen|patcher|wrap)|record[\\/]api-|(agent|lifecycle|control|version|register|index)\.ts$)/;
const PARTS_BASE =
  /[\\/]@opentelemetry[\\/](?:api|core)[\\/]|[\\/]src[\\/](?:diagnostics|version|send[\\/]bounded-flush|record[\\/]suppress)/;
await bundle(agent, '', {
  chunkFileNames: '[name].js',
  codeSplitting: {
    groups: [
      // What several patches share, a few hundred bytes each; last, or they would take what the two layers hold.
      {
        name: 'sql-shared',
        test: /[\\/]sql[\\/](emit-in-context|end-pg-query|observe-promise|sql-comment)\.ts$/,
        priority: 0,
      },
      {
        name: 'server-shared',
        test: /[\\/]src[\\/]patch[\\/](http[\\/]server-(request|attributes)|web[\\/]route-template)\.ts$/,
        priority: 0,
      },
      // register.js at the top level reads this file itself, past the entry that bears its name.
      { name: 'start', test: (id) => start.test(id) && !onDemand.test(id), priority: 2 },
      {
        name: 'traced',
        // A room would bring its members along.
        test: (id) => !start.test(id) && !onDemand.test(id) && !id.startsWith(ROOM),
        priority: 1,
      },
    ],
  },
});
await bundle(contribEntries, 'contrib-', contribOutput, [contribReplacements]);
await bundle(parts, 'part-', {
  chunkFileNames: 'part-[name].js',
  codeSplitting: {
    // What several parts have in common: cut as they share it, it would be a dozen files of a few hundred bytes.
    groups: [{ name: 'base', test: PARTS_BASE }],
  },
});
// With the settings' documentation, which `config` prints.
await bundle(commands, '', { banner: '#!/usr/bin/env node', codeSplitting: false }, [builtElsewhere], []);
for (const file of await buildViewerUi(dist)) bundledFiles.add(file);
writeNotices(bundledFiles, dist);
declarations();
