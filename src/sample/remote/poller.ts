/**
 * Asks a server of Jaeger's something over HTTP: at once, and then again and again, bounded in time and bytes.
 * Fifth station of a span's way: beneath the remote sampler and the debug throttler. It never holds the process.
 */
import type { ClientRequest, IncomingMessage } from 'node:http';
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { contained, rests } from '../../diagnostics/contain';
import { report } from '../../diagnostics/log';

interface PollerOptions {
  /** What to ask; undefined asks nothing this time. */
  readonly url: () => URL | undefined;
  /** Between two questions, in milliseconds; each waits up to a tenth more or less, so that a fleet spreads. */
  readonly interval: number;
  /** Gets each answer's body. @throws an Error that says what is wrong with it */
  readonly onAnswer: (body: string) => void;
}

/** For one question, in milliseconds. */
const TIMEOUT = 5_000;
/** Two thousand operations with long names need less; a server that lies must not fill our memory. */
const MOST_BYTES = 1024 * 1024;

export class Poller {
  readonly #options: PollerOptions;
  /** For the log: without credentials and query. */
  #address = '';
  readonly #ask: () => void;
  #timer: NodeJS.Timeout | undefined;
  #request: ClientRequest | undefined;
  #stopped = false;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#ask = contained('sampling', () => {
      if (rests('sampling')) this.#again();
      else context.with(suppressTracing(context.active()), () => this.#get());
    });
  }

  start(): void {
    this.#ask();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#request?.destroy();
  }

  #get(): void {
    if (this.#stopped) return;
    let over = false;
    let request: ClientRequest | undefined;
    const finish = contained('sampling', (error?: string, body?: string) => {
      if (over) return;
      over = true;
      this.#request = undefined;
      if (this.#stopped) return;
      if (error === undefined) this.#use(body ?? '');
      else this.#failed(error);
      this.#again();
    });
    try {
      const url = this.#options.url();
      if (url === undefined) {
        over = true;
        this.#again();
        return;
      }
      this.#address = `${url.origin}${url.pathname}`;
      const http: typeof import('node:http') =
        url.protocol === 'https:' ? require('node:https') : require('node:http');
      // No agent: a connection every minute isn't worth keeping.
      const asked = http.get(url, {
        agent: false,
        timeout: TIMEOUT,
        headers: { accept: 'application/json' },
      });
      request = asked;
      this.#request = asked;
      // First of all: an error that nobody listens for would end the process.
      asked.on(
        'error',
        contained('sampling', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message)),
      );
      asked.on(
        'socket',
        contained('sampling', (socket) => {
          try {
            socket.unref();
          } catch (error) {
            // Rather no answer than a socket that keeps the process.
            asked.destroy();
            throw error;
          }
        }),
      );
      // A drop of bytes now and then keeps `timeout` from firing; this bounds the whole question.
      const late = contained('sampling', () => asked.destroy(new Error(`no answer in ${TIMEOUT} ms`)));
      const deadline = setTimeout(late, TIMEOUT);
      deadline.unref();
      asked.on(
        'response',
        contained('sampling', (response) => readBody(response, finish)),
      );
      asked.on('timeout', late);
      asked.on(
        'close',
        contained('sampling', () => {
          finish('the connection closed');
          clearTimeout(deadline);
        }),
      );
    } catch (error) {
      request?.destroy();
      finish(error instanceof Error ? error.message : String(error));
    }
  }

  #use(body: string): void {
    try {
      this.#options.onAnswer(body);
    } catch (error) {
      this.#failed(error instanceof Error ? error.message : String(error));
    }
  }

  #failed(error: string): void {
    report('TA_SAMPLING_FAILED', { url: this.#address, error }, this.#address);
  }

  #again(): void {
    if (this.#stopped) return;
    const jitter = 0.9 + Math.random() * 0.2;
    this.#timer = setTimeout(this.#ask, this.#options.interval * jitter);
    this.#timer.unref();
  }
}

function readBody(response: IncomingMessage, finish: (error?: string, body?: string) => void): void {
  const { statusCode = 0 } = response;
  if (statusCode !== 200) {
    response.resume();
    finish(`it answered ${statusCode}`);
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  // First of all: an error that nobody listens for would end the process.
  response.on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
  response.on(
    'data',
    contained('sampling', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) {
        finish(`its answer is longer than ${MOST_BYTES} bytes`);
        response.destroy();
      } else {
        chunks.push(chunk);
      }
    }),
  );
  response.on(
    'end',
    contained('sampling', () => finish(undefined, Buffer.concat(chunks).toString('utf8'))),
  );
}
