/**
 * A folder in which the documentation's examples run as in a reader's project: with the packages installed that they
 * name, an application `app.js`, and a viewer in the place of Jaeger. The addresses that the pages write stand for the
 * viewer's.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { repository } from '../support/cache';
import { plainEnv } from '../support/trace-app';

/** Asks itself once and ends. */
const APPLICATION = `
const http = require('node:http');
const server = http.createServer((request, response) => response.end('hello\\n'));
server.listen(0, () => http.get({ port: server.address().port }, (answer) => answer.resume().on('end', () => server.close())));
`;

/** The viewer's options, the ports that pages write, and the names under which the viewer says where it listens. */
const PORTS = [
  ['port', '16686', 'query'],
  ['compact-port', '6831', 'compact'],
  ['binary-port', '6832', 'binary'],
  ['http-port', '14268', 'http'],
  ['otlp-port', '4318', 'otlp'],
  ['sampling-port', '5778', 'sampling'],
] as const;

/** As Jaeger's query API gives it. */
export interface FoundSpan {
  operationName: string;
  /** Its process's too. */
  tags: { key: string; value: unknown }[];
  logs: { fields: { key: string; value: unknown }[] }[];
  service: string;
}

export interface Sandbox {
  folder: string;
  /** Where an agent that is told nothing else sends. */
  env: Record<string, string>;
  /** The text with the addresses of this sandbox in place of those that pages write. */
  toHere(text: string): string;
  /** The same back. */
  toPage(text: string): string;
  shell(script: string): Promise<{ output: string; code: number | null }>;
  /** All that has arrived, once it satisfies; rejects where it doesn't in time. */
  arrived(satisfies: (spans: FoundSpan[]) => boolean): Promise<FoundSpan[]>;
  close(): Promise<void>;
}

export async function openSandbox(): Promise<Sandbox> {
  const folder = mkdtempSync(join(tmpdir(), 'tracing-agent-docs-'));
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(join(repository, 'node_modules')))
    if (!name.startsWith('.')) symlinkSync(join(repository, 'node_modules', name), join(modules, name));
  symlinkSync(repository, join(modules, 'tracing-agent'));
  writeFileSync(join(folder, 'package.json'), '{"name":"shop"}\n');
  writeFileSync(join(folder, 'app.js'), APPLICATION);
  mkdirSync(join(folder, 'bin'));
  writeFileSync(
    join(folder, 'bin/tracing-agent'),
    `#!/bin/sh\nexec "${process.execPath}" "${join(repository, 'dist/cli.js')}" "$@"\n`,
    { mode: 0o755 },
  );
  const view = ['view', '--json', ...PORTS.flatMap(([name]) => [`--${name}`, '0'])];
  const viewer = spawn(process.execPath, [join(repository, 'dist/cli.js'), ...view], {
    env: plainEnv(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = () => viewer.kill('SIGKILL');
  process.once('exit', kill);
  const [said] = (await Promise.race([
    once(viewer.stdout.setEncoding('utf8'), 'data'),
    once(viewer, 'close').then(([code]) => Promise.reject(new Error(`the viewer ended with ${code}`))),
  ])) as [string];
  const addresses = JSON.parse(said) as Record<string, string>;
  const stands = PORTS.map(([, page, key]) => [page, portOf(addresses[key]!)] as const);
  const names = /\bjaeger-(?:agent|collector|query)\b(?=[:'"/\s]|$)/g;
  const toHere = (text: string) =>
    stands.reduce(
      (result, [page, here]) => result.replace(new RegExp(`\\b${page}\\b`, 'g'), here),
      text.replace(names, '127.0.0.1'),
    );
  const toPage = (text: string) =>
    stands.reduce((result, [page, here]) => result.replace(new RegExp(`\\b${here}\\b`, 'g'), page), text);
  const env = { JAEGER_AGENT_HOST: '127.0.0.1', JAEGER_AGENT_PORT: portOf(addresses.compact!) };
  return {
    folder,
    env,
    toHere,
    toPage,
    async shell(script) {
      const child = spawn('bash', ['-c', toHere(script).replaceAll('npx tracing-agent', 'tracing-agent')], {
        cwd: folder,
        env: {
          ...plainEnv(),
          PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 60_000,
        killSignal: 'SIGKILL',
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => (output += text));
      const [code] = (await once(child, 'close')) as [number | null];
      return { output: toPage(output), code };
    },
    async arrived(satisfies) {
      const deadline = Date.now() + 20_000;
      for (;;) {
        const spans = await spansAt(addresses.query!);
        if (satisfies(spans)) return spans;
        if (Date.now() > deadline)
          throw new Error(`only these arrived: ${JSON.stringify(spans.map((each) => each.operationName))}`);
        await setTimeout(50);
      }
    },
    async close() {
      process.off('exit', kill);
      viewer.kill('SIGTERM');
      await once(viewer, 'close');
      rmSync(folder, { recursive: true });
    },
  };
}

async function spansAt(query: string): Promise<FoundSpan[]> {
  const answer = await fetch(`${query}/api/search?q=&full=1&limit=1500`);
  const { data } = (await answer.json()) as { data: { trace: any }[] };
  return data.flatMap(({ trace }) =>
    trace.spans.map((span: any) => {
      const { serviceName, tags } = trace.processes[span.processID];
      return { ...span, tags: [...span.tags, ...tags], service: serviceName };
    }),
  );
}

function portOf(address: string): string {
  return /:(\d+)(?:\/|$)/.exec(address)![1]!;
}
