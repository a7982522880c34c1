/**
 * Brings the real Jaeger (v2): built from its Go module into the cache folder, once for each version.
 * `npm run jaeger` prints the binary's path; `npm run jaeger -- --run` starts it, all in one, on its standard ports,
 * with what follows as its own arguments.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, repository, run } from './cache.mjs';

const module = join(repository, 'test/jaeger/server');
const version = /jaegertracing\/jaeger (v\S+)/.exec(readFileSync(join(module, 'go.mod'), 'utf8'))[1];
const binary = join(cacheFolder, `jaeger-${version}`);

if (!existsSync(binary)) build();

const at = process.argv.indexOf('--run');
if (at === -1) console.log(binary);
else start(process.argv.slice(at + 1));

/** From go.mod and go.sum as they are: offline where the module cache holds them. About 3 minutes on 2 cores. */
function build() {
  const { error, stdout } = spawnSync('go', ['version'], { encoding: 'utf8' });
  if (error) {
    console.error('Jaeger is built with Go, which is not here: install Go 1.25 or newer, https://go.dev/dl/');
    process.exit(1);
  }
  console.error(`building Jaeger ${version} with ${stdout.trim()} (minutes the first time)`);
  mkdirSync(cacheFolder, { recursive: true });
  const partial = `${binary}.partial-${process.pid}`;
  run(
    'go',
    [
      'build',
      '-mod=readonly',
      '-buildvcs=false',
      '-o',
      partial,
      'github.com/jaegertracing/jaeger/cmd/jaeger',
    ],
    {
      cwd: module,
    },
  );
  renameSync(partial, binary);
}

function start(args) {
  console.error(
    'Jaeger takes spans on UDP 6831 and 6832 and HTTP 14268; API on http://localhost:16686 (without the UI)',
  );
  const child = spawn(binary, args, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}
