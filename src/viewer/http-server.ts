/**
 * An HTTP server for loopback: who may ask, how large a body may be, and answers in Jaeger's envelope.
 * After a span's way: under the viewer's receivers and its API.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { promisify } from 'node:util';
import { gunzip, inflate, type ZlibOptions } from 'node:zlib';
import type { Intake } from './intake';

/** An answer other than 200, with what goes into the envelope beside the message. */
export class HttpError extends Error {
  override readonly name = 'HttpError';

  constructor(
    readonly status: number,
    message: string,
    readonly details: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

export interface HttpOptions {
  host: string;
  port: number;
  /** What it is for, in refusals. */
  name: string;
  intake: Intake;
  /** Names that `Host` and `Origin` may have beside loopback's. */
  allowedHosts: readonly string[];
  /** Receivers are asked by other machines' names for them; what a browser sends is held off by its `Origin`. */
  anyHost: boolean;
  handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> | void;
}

interface Listening {
  port: number;
  url: string;
  close(): Promise<void>;
}

/** Rejects where the address is taken. */
export function listen(options: HttpOptions): Promise<Listening> {
  const server = createServer((request, response) => {
    // A client that goes away is no failure of ours.
    request.on('error', () => {});
    response.on('error', () => {});
    answer(options, request, response).catch((error) => fail(options, request, response, error));
  });
  server.requestTimeout = 60_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      server.on('error', () => {});
      const { port } = server.address() as AddressInfo;
      resolve({
        port,
        url: `http://${isIP(options.host) === 6 ? `[${options.host}]` : options.host}:${port}`,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      });
    });
  });
}

async function answer(
  options: HttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { host, origin } = request.headers;
  // DNS rebinding: a page of another site makes its own name point here, and its requests name that site.
  if (!options.anyHost && !isAllowed(host, options))
    throw new HttpError(403, `the host ${clip(host)} is not known here`);
  if (origin !== undefined && !isAllowed(hostOfOrigin(origin), options))
    throw new HttpError(403, `the origin ${clip(origin)} may not ask here`);
  response.setHeader('x-content-type-options', 'nosniff');
  let url: URL;
  try {
    url = new URL(request.url ?? '/', 'http://viewer');
  } catch {
    throw new HttpError(400, 'the path is no path');
  }
  await options.handle(request, response, url);
}

function isAllowed(host: string | undefined, options: HttpOptions): boolean {
  if (host === undefined) return false;
  const name = host.replace(/:\d+$/, '').toLowerCase();
  // An address can't be pointed elsewhere, so it needs no list.
  if (isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0) return options.host !== '127.0.0.1' || isLoopback(name);
  return name === 'localhost' || name.endsWith('.localhost') || options.allowedHosts.includes(name);
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '[::1]';
}

/** `null`, which a sandboxed page sends, is no host. */
function hostOfOrigin(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}

function fail(
  options: HttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
): void {
  const status = error instanceof HttpError ? error.status : 500;
  const why = error instanceof Error ? error.message : String(error);
  const known = error instanceof HttpError ? error.details : {};
  if (status === 403 || status === 405 || status === 415) {
    const from = request.socket.remoteAddress ?? '';
    options.intake.refuse('refusedRequests', { from, port: options.name, bytes: 0, why });
  }
  if (response.headersSent) response.destroy();
  else sendJson(response, envelope(null, [{ code: status, msg: why, ...known }]), status);
}

/** Jaeger's, around whatever its API answers. */
export function envelope(data: unknown, errors: unknown[] | null = null, total = 0): Record<string, unknown> {
  return { data, total, limit: 0, offset: 0, errors };
}

export function sendJson(response: ServerResponse, value: unknown, status = 200, pretty = false): void {
  const body = JSON.stringify(value, null, pretty ? 4 : undefined);
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(body);
}

const unzip: Record<string, (bytes: Buffer, options: ZlibOptions) => Promise<Buffer>> = {
  gzip: promisify<Buffer, ZlibOptions, Buffer>(gunzip),
  deflate: promisify<Buffer, ZlibOptions, Buffer>(inflate),
};

/** A request's body, unpacked; neither form may be larger than `most` bytes. */
export async function readBody(request: IncomingMessage, most: number): Promise<Buffer> {
  const tooLarge = new HttpError(413, `the body is larger than ${most} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLarge;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length > most) throw tooLarge;
    chunks.push(chunk as Buffer);
  }
  const raw = Buffer.concat(chunks);
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding === 'identity') return raw;
  const unpack = Object.hasOwn(unzip, encoding) ? unzip[encoding] : undefined;
  if (unpack === undefined) throw new HttpError(415, `the content encoding ${clip(encoding)}`);
  try {
    return await unpack(raw, { maxOutputLength: most });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge;
    throw new HttpError(400, `the body is no ${encoding}: ${(error as Error).message}`);
  }
}

/** A text of a request as it stands in a message: in quotes, its first 100 characters. */
export function clip(text: string | undefined): string {
  return JSON.stringify((text ?? '').slice(0, 100));
}
