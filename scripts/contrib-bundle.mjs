// OpenTelemetry's instrumentations in dist/: a build of their own, since they are CommonJS, whose `require` would keep
// the whole API in the file that each traced process reads. Used by build.mjs.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const PREFIX = '@opentelemetry/instrumentation-';

/** Where they are installed: here, or with the libraries that tests run; scripts/contrib.ts looks in the same order. */
export const folders = [root, join(root, 'test', 'libraries')].map((each) => join(each, 'node_modules'));

/** The table's instrumentations, by short name. */
const names = [
  ...readFileSync(join(root, 'src', 'patch', 'contrib', 'table.ts'), 'utf8').matchAll(
    /require\('@opentelemetry\/instrumentation-([^']+)'\)/g,
  ),
].map(([, name]) => name);

/** Each a file of its own, above 10 kB. All others, of 6 kB on the average, are one, and what isn't asked for is not run. */
const LARGE = [
  'amqplib',
  'aws-sdk',
  'graphql',
  'grpc',
  'kafkajs',
  'mongodb',
  'mongoose',
  'openai',
  'socket.io',
];
const small = names.filter((name) => !LARGE.includes(name));
const SMALL = '@small';

export const contribEntries = {
  ...Object.fromEntries(
    names.filter((name) => LARGE.includes(name)).map((name) => [`contrib-${name}`, PREFIX + name]),
  ),
  'contrib-small': SMALL,
};

/** What all of them need is one file. */
export const contribOutput = {
  chunkFileNames: 'contrib-[name].js',
  codeSplitting: {
    groups: [
      {
        name: 'base',
        test: /[\\/]@opentelemetry[\\/](?:api|api-logs|core|instrumentation)[\\/]|rolldown[\\/]runtime/,
      },
    ],
  },
};

/** In the agent's own build: `require('@opentelemetry/instrumentation-mongodb')` → the file that this one makes. */
export const contribChunks = {
  name: 'contrib-chunks',
  resolveId(source, importer, { kind }) {
    if (kind !== 'require-call' || !source.startsWith(PREFIX) || !importer?.startsWith(join(root, 'src')))
      return null;
    const name = source.slice(PREFIX.length);
    return { id: `./contrib-${LARGE.includes(name) ? name : 'small'}.js`, external: 'relative' };
  },
};

/** In place of the packages that hook modules: ours do. */
const noHook = 'export class Hook { unhook() {} } export default Hook;';

/** Their classes, whose names differ, each run when it is asked for. */
function smallOnes() {
  const table = readFileSync(join(root, 'src', 'patch', 'contrib', 'table.ts'), 'utf8');
  const getters = small.map((name) => {
    const className = new RegExp(`name: '${name}',\\s+className: '(\\w+)'`).exec(table)[1];
    return `get ${className}() { return require('${PREFIX}${name}').${className}; }`;
  });
  return `module.exports = { ${getters.join(', ')} };`;
}

/** In this build: no hooks, and of the conventions' 120 kB of names only the values of those that are used. */
export const contribReplacements = {
  name: 'contrib-replacements',
  resolveId(source) {
    if (source === SMALL) return SMALL;
    return /^(?:require|import)-in-the-middle$/.test(source) ? '\0no-hook' : null;
  },
  load(id) {
    if (id === SMALL) return smallOnes();
    return id === '\0no-hook' ? noHook : null;
  },
  transform(code, id) {
    const line = /^.*\b(\w+) = require\("@opentelemetry\/semantic-conventions(?:\/incubating)?"\);$/gm;
    const names = [...code.matchAll(line)].map(([, name]) => name);
    if (names.length === 0) return null;
    const conventions = createRequire(id)('@opentelemetry/semantic-conventions/incubating');
    const member = new RegExp(`\\b(?:${names.join('|')})\\.(\\w+)`, 'g');
    return code.replace(line, '').replaceAll(member, (_, name) => {
      const value = conventions[name];
      if (typeof value !== 'string') throw new Error(`${id}: the convention ${name} is not a name`);
      return JSON.stringify(value);
    });
  },
};
