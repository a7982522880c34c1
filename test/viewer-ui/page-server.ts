/** Serves the built page before a real Jaeger's query API, and traces of the tests' own under their ids. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { ApiTrace } from '../../src/viewer/ui/model/jaeger-trace';
import { repository } from '../support/cache';

const folder = join(repository, 'dist/viewer-ui');
const TYPES: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css', '.html': 'text/html' };

export interface PageServer {
  url: string;
  stop(): Promise<void>;
}

/** @param queryUrl of Jaeger; without it only `given` is there */
export async function servePage(
  queryUrl: string | undefined,
  given: Map<string, ApiTrace>,
): Promise<PageServer> {
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const own = given.get(/^\/api\/traces\/(\w+)/.exec(path)?.[1] ?? '');
    if (own !== undefined) return json(response, 200, { data: [own], errors: null });
    if (path.startsWith('/api/')) return void proxy(queryUrl, path, response);
    const file = path.slice(1).split('?')[0]!;
    const name = /^viewer-[\w-]+\.(js|css)$/.test(file) ? file : 'index.html';
    try {
      const body = readFileSync(join(folder, name));
      response.setHeader('content-type', TYPES[extname(name)] ?? 'application/octet-stream');
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

async function proxy(queryUrl: string | undefined, path: string, response: ServerResponse): Promise<void> {
  if (queryUrl === undefined) return json(response, 404, { errors: [{ code: 404, msg: 'not found' }] });
  try {
    const answer = await fetch(queryUrl + path);
    const type = answer.headers.get('content-type') ?? 'text/plain';
    response.writeHead(answer.status, { 'content-type': type }).end(await answer.text());
  } catch (error) {
    json(response, 502, { errors: [{ code: 502, msg: String(error) }] });
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
