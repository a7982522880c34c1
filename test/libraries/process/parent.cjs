// Starts a child in every way there is, each inside a span of its own, and waits for all of them.
const { spawn, exec, execFile, fork, spawnSync, execSync, execFileSync } = require('node:child_process');
const cluster = require('node:cluster');
const { once } = require('node:events');
const { join } = require('node:path');
const { Worker } = require('node:worker_threads');
const { trace } = require('@opentelemetry/api');

const child = join(__dirname, 'child.cjs');
const node = process.execPath;
const ways = {
  spawn: () => once(spawn(node, [child, 'spawn']), 'exit'),
  exec: () => once(exec(`"${node}" "${child}" exec`), 'exit'),
  shell: () => once(spawn(`"${node}" "${child}" shell`, { shell: true }), 'exit'),
  execFile: () => once(execFile(node, [child, 'execFile']), 'exit'),
  fork: () => once(fork(child, ['fork']), 'exit'),
  npm: () => once(exec('npm run --silent child', { cwd: __dirname }), 'exit'),
  spawnSync: () => spawnSync(node, [child, 'spawnSync']),
  execSync: () => execSync(`"${node}" "${child}" execSync`),
  execFileSync: () => execFileSync(node, [child, 'execFileSync'], { encoding: 'utf8' }),
  worker: () => once(new Worker(child, { argv: ['worker'] }), 'exit'),
  cluster: () => {
    cluster.setupPrimary({ exec: child, args: ['cluster'] });
    return once(cluster.fork(), 'exit');
  },
  own: () => once(spawn(node, [child, 'own'], { env: { ...process.env, TRACEPARENT: own } }), 'exit'),
};
const own = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

(async () => {
  for (const way of process.argv.slice(2)) {
    await trace.getTracer('app').startActiveSpan(way, async (span) => {
      await ways[way]();
      span.end();
    });
  }
})();
