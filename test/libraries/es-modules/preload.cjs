// The hook alone, from the built agent, with a patch that counts: ROWS are its targets, SEEN goes to stderr at exit.
const dist = '../../../dist/';
const { hookEsModules } = require(`${dist}load-es-module-hook.js`);
const { TargetIndex } = require(`${dist}start.js`);

globalThis.hooked = false;
const node = require('node:module');
for (const name of ['register', 'registerHooks']) {
  const original = node[name];
  if (original === undefined) continue;
  node[name] = (...args) => {
    globalThis.hooked = true;
    return original.apply(node, args);
  };
}

const targets = JSON.parse(process.env.ROWS);
const seen = { files: [], calls: 0 };
const replaced = new WeakSet();

function onEsModule(exports, match) {
  seen.files.push(`${match.name} ${match.file}`);
  const { replaces = [] } = match.targets[0];
  for (const name of replaces) {
    const original = exports[name];
    exports[name] = new Proxy(original, {});
    replaced.add(exports[name]);
  }
  for (const each of Object.values(exports)) {
    const method = ['query', 'send', 'fetch', 'handle'].find(
      (name) => typeof each?.prototype?.[name] === 'function',
    );
    if (method === undefined) continue;
    const original = each.prototype[method];
    each.prototype[method] = new Proxy(original, {
      apply(target, self, args) {
        seen.calls++;
        return Reflect.apply(target, self, args);
      },
    });
  }
}

const options = {
  when: process.env.WHEN ?? 'auto',
  mainScript: process.argv[1],
  directory: process.cwd(),
  threadFile: require.resolve(`${dist}es-module-thread.js`),
};
// As the agent, which doesn't start in Node's thread for module hooks.
const { isMainThread } = require('node:worker_threads');
if (isMainThread) hookEsModules(targets, new TargetIndex(targets), onEsModule, options);
globalThis.check = (values) => {
  for (const [name, value] of Object.entries(values))
    if (replaced.has(value)) seen.files.push(`${name} replaced`);
  require('node:fs').writeSync(2, `${JSON.stringify(seen)}\n`);
};
