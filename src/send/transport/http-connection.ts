/**
 * The collector's address, credentials and kept connections: makes the requests that the HTTP transport sends.
 * Last station of a span's way.
 */
import { readFileSync } from 'node:fs';
import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { AgentOptions } from 'node:https';
import { fault } from '../../diagnostics/contain';
import { report } from '../../diagnostics/log';

export interface HttpConnectionOptions {
  /** The collector's full URL, such as `http://localhost:14268/api/traces`. */
  readonly url: string;
  /** Either user and password, or a token, for the Authorization header. */
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** PEM files for https: the authorities trusted instead of Node's, this client's certificate, and its key. */
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** Connections at a time; those whose answer's body still comes are among them. */
const MOST_SOCKETS = 8;

export class HttpConnection {
  readonly #options: HttpConnectionOptions;
  #agent: Agent | undefined;

  constructor(options: HttpConnectionOptions) {
    this.#options = options;
  }

  /** Begins a request; the caller ends it with a body of `length` bytes. Throws where the settings allow none. */
  post(length: number, gzipped: boolean, onResponse: (response: IncomingMessage) => void): ClientRequest {
    const { url } = this.#options;
    const secure = /^https:/i.test(url);
    const http: typeof import('node:http') = secure ? require('node:https') : require('node:http');
    this.#agent ??= new http.Agent({
      keepAlive: true,
      maxSockets: MOST_SOCKETS,
      ...(secure ? this.#certificates() : {}),
    });
    const headers = this.#headers();
    headers['content-length'] = length;
    if (gzipped) headers['content-encoding'] = 'gzip';
    return http.request(url, { method: 'POST', agent: this.#agent, headers }, onResponse);
  }

  /** What a request is made of, for one that this can't make. */
  get request(): { url: string; headers: Record<string, string | number>; tls: AgentOptions } {
    const { url } = this.#options;
    return { url, headers: this.#headers(), tls: /^https:/i.test(url) ? this.#certificates() : {} };
  }

  /** Before the next request the certificates are read again: they may have been renewed. Nothing is under way. */
  renew(): void {
    const { caFile, certFile, keyFile } = this.#options;
    if ((caFile ?? certFile ?? keyFile) !== undefined) this.close();
  }

  close(): void {
    this.#agent?.destroy();
    this.#agent = undefined;
  }

  #certificates(): AgentOptions {
    const { caFile, certFile, keyFile } = this.#options;
    return { ca: read(caFile), cert: read(certFile), key: read(keyFile) };
  }

  #headers(): Record<string, string | number> {
    const { user, password, token, headers } = this.#options;
    const all: Record<string, string | number> = { 'content-type': 'application/x-thrift', ...headers };
    if (token !== undefined) all.authorization = `Bearer ${token}`;
    else if (user !== undefined) {
      all.authorization = `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`;
    }
    return all;
  }
}

/** Keeps the process alive for a request's socket, or lets it end. */
export function ref(request: ClientRequest, alive: boolean): void {
  const apply = (socket: import('node:net').Socket): void => {
    try {
      if (alive) socket.ref();
      else socket.unref();
    } catch (error) {
      fault('http', error);
      // Rather no answer than a socket that keeps the process.
      request.destroy();
    }
  };
  if (request.socket) apply(request.socket);
  else request.once('socket', apply);
}

/** The URL without what may be secret: user, password, query. */
export function safeUrl(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//').replace(/\?.*/s, '?…');
}

function read(file: string | undefined): Buffer | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file);
  } catch (error) {
    report('TA_CERTIFICATE_FILE', { file, error }, file);
    return undefined;
  }
}
