/**
 * One HTTP request and its whole answer, bounded in time and bytes, with failures as text.
 * After a span's way: how `doctor` asks collectors, sampling servers and Jaeger's query API.
 */
import type { ClientRequest, IncomingMessage } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

/** Of an answer: a large trace; beyond that the end is left out. */
const MOST_BYTES = 32 << 20;

/** What went wrong before there was a whole answer: a system's code such as ECONNREFUSED, or a sentence. */
export class NoAnswer extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * @param begin makes the request with this listener
 * @param timeout for all of it, in milliseconds
 * @throws NoAnswer
 */
export function exchange(
  begin: (onResponse: (response: IncomingMessage) => void) => ClientRequest,
  timeout: number,
  body?: Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      clearTimeout(timer);
      reject(new NoAnswer(error.code ?? '', error.message || error.code || 'the connection failed'));
    };
    const onResponse = (response: IncomingMessage): void => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= MOST_BYTES) chunks.push(chunk);
      });
      response.on('error', fail);
      response.on('end', () => {
        clearTimeout(timer);
        const { statusCode = 0, headers } = response;
        resolve({ status: statusCode, body: Buffer.concat(chunks).toString('utf8'), headers });
      });
    };
    let request: ClientRequest | undefined;
    const timer = setTimeout(() => {
      const error: NodeJS.ErrnoException = new Error(`no answer in ${timeout} ms`);
      error.code = 'ETIMEDOUT';
      fail(error);
      request?.destroy();
    }, timeout);
    try {
      request = begin(onResponse);
      request.on('error', fail);
      request.end(body);
    } catch (error) {
      fail(error as Error);
    }
  });
}

/** A GET without credentials. @throws NoAnswer */
export function get(url: string | URL, timeout: number): Promise<Answer> {
  return exchange((onResponse) => {
    const target = new URL(url);
    const http: typeof import('node:http') =
      target.protocol === 'https:' ? require('node:https') : require('node:http');
    return http.get(target, { agent: false, headers: { accept: 'application/json' } }, onResponse);
  }, timeout);
}
