// Builds dist/: CommonJS chunks, one for each library's patch, the type declarations of the public parts, and what says
// whose code is in it.
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { bundledPackages } from './bundled-packages.mjs';
import { chunkText } from './chunk-text.mjs';
import {
  contribChunks,
  contribEntries,
  contribOutput,
  contribReplacements,
  folders,
} from './contrib-bundle.mjs';
import { writeDeclarations } from './declarations.mjs';
import { writeNotices } from './notices.mjs';
import { writeSbom } from './sbom.mjs';
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
    'sample/remote/remote-sampler',
    'sample/remote/strategy-poller',
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
  'patch-http2': ['patch/http/http2-client', 'patch/http/http2-server'],
  'patch-undici': ['patch/http/undici-requests', 'patch/http/undici-pool'],
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
    plugins: [
      ...plugins,
      lazyChunks(prefix),
      contribChunks,
      replacements,
      ...replacing,
      chunkText(Object.keys(entries)),
    ],
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
    // Names of functions and classes stay, for stack traces; white space is a third of what each start would read, and
    // the names of local variables a fifth of the rest.
    // register.js at the top level calls an export of start.js by its name.
    // A wrapper called without `this` must not see the global object in its place.
    strict: true,
    minifyInternalExports: false,
    minify: {
      mangle: { toplevel: false, keepNames: true },
      compress: true,
      codegen: { removeWhitespace: true },
    },
    ...output,
  });
  await bundled.close();
  const files = chunks.map(({ fileName }) => fileName);
  const twice = files.find((file, at) => files.indexOf(file) !== at);
  if (twice !== undefined) throw new Error(`two chunks are named ${twice}`);
  for (const { moduleIds = [] } of chunks) for (const id of moduleIds) bundledFiles.add(id);
}

/** Tests whether a module is below one of these: paths from src/, or of packages. A path that no file has is an error. */
function below(ours, packages = []) {
  const tops = ours.map((path) => join(src, path));
  for (const top of tops)
    if (!existsSync(top) && !existsSync(`${top}.ts`)) throw new Error(`${top} has gone: build.mjs names it`);
  const inPackages = packages.map((name) => `/node_modules/${name}`);
  return (id) =>
    tops.some((top) => id === `${top}.ts` || id.startsWith(top + sep)) ||
    inPackages.some((path) => id.split(sep).join('/').includes(path));
}

// Layers, each one file, since one is read faster than several: what runs at start, what the first library's patch needs,
// what the first span needs, and its end; and then a file for each library's patch.
const start = below([
  'agent',
  'control',
  'diagnostics',
  'index',
  'lifecycle',
  'load',
  'patch/builtins',
  'patch/chosen',
  'patch/patcher',
  'patch/wrap',
  'record/api-globals',
  'record/api-version',
  'record/inert-globals',
  'register',
  'version',
]);
/** Of folders whose other files only some applications need. */
const startToo = below([
  'config/destination',
  'config/environment',
  'config/given-variables',
  'config/package-name',
  'config/pm2',
  'config/sampler-setting',
  'config/shown-value',
  'config/usual-config',
  'config/usual-table',
  'patch/http/undici',
]);
/** Of the files that the layers would take, those that only some applications need. */
const onDemand = below(
  [
    'config',
    'diagnostics/trace-tree',
    'load/bundled-libraries',
    'load/es-module-customizer',
    'load/es-module-hook',
    'load/es-module-source',
    'load/es-module-thread',
    'load/require-hook',
    'patch/contrib',
    'patch/http',
    'patch/libraries',
    'patch/logs',
    'patch/messaging',
    'patch/opentelemetry-api',
    'patch/process',
    'patch/redis',
    'patch/registry',
    'patch/sql',
    'patch/web',
    'record/redaction',
    'sample/debug-credits',
    'sample/debug-guard',
    'sample/local-tail',
    'sample/overhead-budget',
    'sample/remote',
    'sample/rules-sampler',
    'send',
    'thrift',
  ],
  ['require-in-the-middle', 'module-details-from-path', '@opentelemetry/otlp-'],
);
const patching = below(
  ['patch/instrumentation', 'patch/toolbox', 'patching', 'sample/text-pattern'],
  ['@opentelemetry/api/', '@opentelemetry/core/build/esnext/trace/suppress-tracing'],
);
/** Of `send`, what stands in a tracing that has no span yet. */
const tracedToo = below(['send/awaiting-sender', 'send/sender']);
/** What the first sampled span's end reads: the way to an agent. */
const sent = below([
  'send/batch',
  'send/bounded-flush',
  'send/create-jaeger',
  'send/create-transport',
  'send/encode',
  'send/process-tags',
  'send/transport/name-resolver',
  'send/transport/pacer',
  'send/transport/receiver-queue',
  'send/transport/socket-tables',
  'send/transport/udp-connection',
  'send/transport/udp-transport',
  'send/transport/unrefused-packets',
  'thrift/binary-writer',
  'thrift/compact-writer',
  'thrift/jaeger',
  'thrift/type',
  'thrift/writer',
]);
/** What several patches share, and what is read with them anyway: each file read costs more than a kilobyte of it. */
const sqlShared = below([
  'patch/sql/emit-in-context',
  'patch/sql/end-pg-query',
  'patch/sql/observe-promise',
  'patch/sql/peer',
  'patch/sql/query-text',
  'patch/sql/sql-comment',
]);
const serverShared = below([
  'patch/http/http2',
  'patch/http/server-attributes',
  'patch/http/server-request',
  'patch/web/handler-span',
  'patch/web/route-template',
]);
/** What several public parts share: cut as they share it, it would be a dozen files of a few hundred bytes. */
const partsBase = below(
  ['diagnostics', 'send/bounded-flush', 'version'],
  ['@opentelemetry/api/', '@opentelemetry/core/'],
);

rmSync(dist, { recursive: true, force: true });
await bundle(agent, '', {
  chunkFileNames: '[name].js',
  codeSplitting: {
    groups: [
      // Last, or these would take what the two layers hold.
      { name: 'sql-shared', test: sqlShared, priority: 0 },
      { name: 'server-shared', test: serverShared, priority: 0 },
      // register.js at the top level reads this file itself, past the entry that bears its name.
      { name: 'start', test: (id) => startToo(id) || (start(id) && !onDemand(id)), priority: 2 },
      {
        name: 'traced',
        // A room would bring its members along; what stands for a dependency's file, whoever needs it has.
        test: (id) =>
          tracedToo(id) || (!start(id) && !onDemand(id) && !id.startsWith(ROOM) && !id.startsWith('\0')),
        priority: 1,
      },
      { name: 'sent', test: sent, priority: 1 },
      { name: 'patched', test: patching, priority: 2 },
    ],
  },
});
await bundle(contribEntries, 'contrib-', contribOutput, [contribReplacements]);
await bundle(parts, 'part-', {
  chunkFileNames: 'part-[name].js',
  codeSplitting: {
    groups: [{ name: 'base', test: partsBase }],
  },
});
// With the settings' documentation, which `config` prints.
await bundle(commands, '', { banner: '#!/usr/bin/env node', codeSplitting: false }, [builtElsewhere], []);
// npm does it where it installs the package; in a clone, and through a link to it, nobody else does.
chmodSync(join(dist, 'cli.js'), 0o755);
for (const file of await buildViewerUi(dist)) bundledFiles.add(file);
const packages = bundledPackages(bundledFiles);
writeNotices(packages, dist);
writeSbom(packages, dist);
writeDeclarations(typed, dist);
