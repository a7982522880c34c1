/**
 * Starts and ends Redis processes of a test's own, in a folder of their own, where `redis-server` is on the PATH.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { servicesRequired } from '../../support/cache';

export interface Servers {
  stop(): Promise<void>;
}
/** Takes a process that was started, so that it is ended with the others. */
export type Add = (child: ChildProcess) => void;

/**
 * Calls `start`, and ends what it has started where it fails.
 * @returns what it gives and `stop`; undefined, and the test skipped, where there is no `redis-server`
 */
export async function startServers<T>(
  t: TestContext,
  start: (folder: string, add: Add) => Promise<T>,
): Promise<(T & Servers) | undefined> {
  if (spawnSync('redis-server', ['--version']).error !== undefined) {
    const reason = 'no redis-server on the PATH to start; install Redis';
    if (servicesRequired) throw new Error(`REQUIRE_SERVICES=1: ${reason}`);
    t.skip(reason);
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), 'redis-servers-'));
  const children: ChildProcess[] = [];
  const stop = async () => {
    for (const child of children) {
      if (child.exitCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { ...(await start(folder, (child) => children.push(child))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts one with `settings` as arguments behind `before`, and waits until it answers on its port. */
export async function startServer(
  add: Add,
  settings: { port: number } & Record<string, string | number>,
  before: string[] = [],
): Promise<void> {
  const given = before.length > 0 ? [] : Object.entries(settings);
  const args = given.flatMap(([name, value]) => [`--${name}`, ...String(value).split(' ')]);
  add(spawn('redis-server', [...before, ...args], { stdio: 'ignore' }));
  await until('a Redis', () => ask(settings.port, 'ping').includes('PONG'));
}

export function ask(port: number, ...words: string[]): string {
  return spawnSync('redis-cli', ['-p', String(port), ...words], { encoding: 'utf8' }).stdout;
}

/** Redis tells nobody when its nodes have met: asked until it is so. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (holds()) return;
    await sleep(50);
  }
  throw new Error(`${what} did not come up in 10 s`);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
