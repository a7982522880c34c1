/**
 * Starts a server of a test's own in the place of Kafka or MongoDB, as `npm run stand-ins` has built it.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { cacheFolder, repository, servicesRequired } from './cache';

const module = join(repository, 'test/support/stand-ins');
const hash = createHash('sha256');
for (const file of ['go.mod', 'go.sum', 'kafka/main.go', 'mongodb/main.go'])
  hash.update(readFileSync(join(module, file)));
const folder = join(cacheFolder, `stand-ins-${hash.digest('hex').slice(0, 12)}`);

/**
 * Its address, `host:port` for Kafka and a URL for MongoDB, until the test is over. Undefined, and the test skipped,
 * where it isn't built; where CI asks for everything that fails.
 */
export async function startStandIn(t: TestContext, name: 'kafka' | 'mongodb'): Promise<string | undefined> {
  const program = join(folder, process.platform === 'win32' ? `${name}.exe` : name);
  if (!existsSync(program)) {
    const reason = `no ${name} at ${program}; build it with "npm run stand-ins" (a minute, needs Go)`;
    if (servicesRequired) throw new Error(`REQUIRE_SERVICES=1: ${reason}`);
    t.skip(reason);
    return undefined;
  }
  // It ends when its stdin does, also where this process is killed.
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(async () => {
    if (child.exitCode !== null) return;
    child.stdin.end();
    await once(child, 'exit');
  });
  const line = once(child.stdout.setEncoding('utf8'), 'data') as Promise<[string]>;
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${program} ended with ${code}`);
  });
  ended.catch(() => {});
  return (await Promise.race([line, ended]))[0].trim();
}
