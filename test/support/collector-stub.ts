/**
 * An HTTP server in a collector's place, which keeps what is posted and answers as it is told.
 */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

interface Post {
  path: string;
  headers: IncomingHttpHeaders;
  /** Unpacked. */
  body: Buffer;
}

export interface CollectorStub {
  /** `http://127.0.0.1:…` */
  url: string;
  posts: Post[];
  /** Statuses, or bodies for 200, of the next answers; then `status`. */
  next: (number | Buffer)[];
  status: number;
  /** Whether requests are read and never answered. */
  silent: boolean;
  close(): Promise<void>;
}

export async function startCollectorStub(status = 200): Promise<CollectorStub> {
  const stub: CollectorStub = { url: '', posts: [], next: [], status, silent: false, close };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
      stub.posts.push({ path: request.url ?? '', headers: request.headers, body });
      if (stub.silent) return;
      const answer = stub.next.shift() ?? stub.status;
      if (typeof answer === 'number') response.writeHead(answer).end();
      else response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(answer);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stub.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return stub;

  async function close(): Promise<void> {
    server.closeAllConnections();
    await once(server.close(), 'close');
  }
}
