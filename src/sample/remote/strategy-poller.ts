/**
 * Asks Jaeger for the sampling strategy of this service: at once, and then again and again.
 * Fifth station of a span's way: feeds the remote sampler. It never holds the process, and what it can't use it ignores,
 * so that the last strategy stays.
 */
import type { ClientRequest, IncomingMessage } from 'node:http';
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { contained } from '../../diagnostics/contain';
import { report } from '../../diagnostics/log';
import { parseStrategy, type Strategy } from './strategy';

export interface StrategyPollerOptions {
  /** Such as `http://localhost:5778/sampling`. */
  readonly endpoint: string;
  readonly serviceName: string;
  /** Between two questions, in milliseconds; each waits up to a tenth more or less, so that a fleet spreads. */
  readonly interval: number;
  readonly onStrategy: (strategy: Strategy) => void;
}

/** For one question, in milliseconds. */
const TIMEOUT = 5_000;
/** Two thousand operations with long names need less; a server that lies must not fill our memory. */
const MOST_BYTES = 1024 * 1024;

export class StrategyPoller {
  readonly #options: StrategyPollerOptions;
  readonly #ask: () => void;
  #timer: NodeJS.Timeout | undefined;
  #request: ClientRequest | undefined;
  #stopped = false;

  constructor(options: StrategyPollerOptions) {
    this.#options = options;
    this.#ask = contained('sampling', () =>
      context.with(suppressTracing(context.active()), () => this.#get()),
    );
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
    const { endpoint, serviceName } = this.#options;
    let over = false;
    const finish = contained('sampling', (error?: string, body?: string) => {
      if (over) return;
      over = true;
      this.#request = undefined;
      this.#again();
      if (this.#stopped) return;
      if (error === undefined) this.#use(body ?? '');
      else this.#failed(error);
    });
    try {
      const url = new URL(endpoint);
      url.searchParams.set('service', serviceName);
      const http: typeof import('node:http') =
        url.protocol === 'https:' ? require('node:https') : require('node:http');
      // No agent: a connection every minute isn't worth keeping.
      const request = http.get(url, {
        agent: false,
        timeout: TIMEOUT,
        headers: { accept: 'application/json' },
      });
      this.#request = request;
      // A drop of bytes now and then keeps `timeout` from firing; this bounds the whole question.
      const deadline = setTimeout(() => request.destroy(new Error(`no answer in ${TIMEOUT} ms`)), TIMEOUT);
      deadline.unref();
      request.on('socket', (socket) => socket.unref());
      request.on(
        'response',
        contained('sampling', (response) => readBody(response, finish)),
      );
      request.on(
        'error',
        contained('sampling', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message)),
      );
      request.on(
        'timeout',
        contained('sampling', () => request.destroy(new Error(`no answer in ${TIMEOUT} ms`))),
      );
      request.on(
        'close',
        contained('sampling', () => {
          clearTimeout(deadline);
          finish('the connection closed');
        }),
      );
    } catch (error) {
      finish(error instanceof Error ? error.message : String(error));
    }
  }

  #use(body: string): void {
    let strategy: Strategy;
    try {
      strategy = parseStrategy(body);
    } catch (error) {
      this.#failed(error instanceof Error ? error.message : 'it is no strategy');
      return;
    }
    this.#options.onStrategy(strategy);
  }

  #failed(error: string): void {
    const url = this.#options.endpoint.replace(/\/\/[^/@]*@/, '//').replace(/\?.*/s, '');
    report('TA_SAMPLING_FAILED', { url, error }, url);
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
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) {
      finish(`its answer is longer than ${MOST_BYTES} bytes`);
      response.destroy();
    } else {
      chunks.push(chunk);
    }
  });
  response.on('end', () => finish(undefined, Buffer.concat(chunks).toString('utf8')));
  response.on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
}
