/**
 * Posts spans as OTLP over HTTP, protobuf: OpenTelemetry's serializer and its reading of `OTEL_EXPORTER_OTLP_*`, with
 * requests of our own. Last station of a span's way, where `otlp` is chosen; read only then.
 *
 * OpenTelemetry's own sender holds the process for up to 10 seconds when nothing answers, by its sockets and by the
 * timers of its retries, and drops what a collector says it rejected. Ours holds it only while a flush asks for it.
 */
import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { convertLegacyHttpOptions } from '@opentelemetry/otlp-exporter-base/node-http';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { contained, fault } from '../../diagnostics/contain';
import type { Counters } from '../../diagnostics/counters';
import { postAtExit } from '../transport/exit-post';

/** What became of a post: undefined where all was taken. */
export interface OtlpFailure {
  readonly message: string;
  /** Spans that the collector says it did not take, of those posted; all, unless it says so. */
  readonly spans: number;
  /** Whether another destination may take them: not where the collector took the rest, and found these wrong. */
  readonly whole: boolean;
  /** Whether the end, of the process or of the sender, came before an answer. */
  readonly late?: true;
}

/** A post that has not been answered. */
interface Open {
  readonly body: Uint8Array;
  readonly spans: number;
  request: ClientRequest | undefined;
  /** Among the `unanswered`. */
  left: boolean;
  readonly finish: (failure?: OtlpFailure) => void;
}

type Settings = ReturnType<typeof convertLegacyHttpOptions>;

const TYPE = { 'Content-Type': 'application/x-protobuf' };
/** The milliseconds before the retries; as many retries as numbers, and none past the timeout. */
const RETRIES = [1_000, 1_500, 2_250, 3_400];
/** More of an answer than this is not read. */
const MOST_ANSWER = 64 * 1024;
/** https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const RETRYABLE = new Set([429, 502, 503, 504]);

export class OtlpClient {
  readonly #settings: Settings;
  readonly #retries: boolean;
  readonly #counters: Counters;
  readonly #requests = new Set<ClientRequest>();
  readonly #open = new Set<Open>();
  readonly #delays = new Map<NodeJS.Timeout, () => void>();
  #agent: Agent | undefined;
  #headers: Record<string, string> | undefined;
  #held = false;
  #closed = false;

  /** @param retries false where another destination stands ready, which is better than to wait */
  constructor(retries: boolean, counters: Counters) {
    this.#retries = retries;
    this.#counters = counters;
    // What OpenTelemetry's exporter for OTLP does in its constructor; the environment is read in there.
    this.#settings = convertLegacyHttpOptions({}, 'TRACES', 'v1/traces', TYPE);
    // Known by the time at which a process ends: nothing can be awaited then.
    this.#ready().catch(() => {});
  }

  /** Where it posts to, without what may be secret. */
  get url(): string {
    return this.#settings.url.replace(/\/\/[^/@]*@/, '//').replace(/\?.*/s, '?…');
  }

  /** Sends spans, none for a probe. `done` is called exactly once; `bytes` are those of the body. */
  post(spans: ReadableSpan[], done: (failure: OtlpFailure | undefined, bytes: number) => void): void {
    // The agent never traces itself.
    context.with(suppressTracing(context.active()), () => {
      let bytes = 0;
      let open: Open | undefined;
      const finish = contained('otlp', (failure?: OtlpFailure) => {
        if (open !== undefined && !this.#open.delete(open)) return;
        if (open?.left) this.#counters.unanswered -= open.spans;
        done(failure, bytes);
      });
      const work = async (): Promise<OtlpFailure | undefined> => {
        const body = ProtobufTraceSerializer.serializeRequest(spans) ?? new Uint8Array();
        bytes = body.length;
        open = { body, spans: spans.length, request: undefined, left: false, finish };
        this.#open.add(open);
        return this.#deliver(open);
      };
      work().then(finish, (error) => finish(failed(messageOf(error), spans.length)));
    });
  }

  /**
   * Posts what is unanswered once more while the process ends, from another thread. Requests that the kernel has taken
   * whole are left to it.
   * @param limit milliseconds for which this thread may stand still
   */
  postNow(limit: number): void {
    const rest: Open[] = [];
    for (const open of this.#open) {
      if (open.request?.writableFinished !== true) rest.push(open);
      else if (!open.left) {
        open.left = true;
        this.#counters.unanswered += open.spans;
      }
    }
    const headers = this.#headers ?? TYPE;
    const { ca, cert, key } = (this.#agent as import('node:https').Agent | undefined)?.options ?? {};
    const bodies = rest.map(({ body }) => body);
    const { url } = this.#settings;
    // Of a process that ends in its first tick the settings' headers aren't known; a collector may want none.
    const taken = postAtExit({ url, headers, tls: { ca, cert, key }, bodies, limit });
    for (const [index, { finish, spans, request }] of rest.entries()) {
      finish(taken[index] ? undefined : endedFirst(spans));
      request?.destroy();
    }
  }

  /** Keeps the process alive while requests and retries are under way, or stops doing so. */
  hold(alive: boolean): void {
    this.#held = alive;
    for (const request of this.#requests) ref(request, alive);
    for (const delay of this.#delays.keys()) alive ? delay.ref() : delay.unref();
  }

  close(): void {
    this.#closed = true;
    for (const { finish, spans } of this.#open) finish(endedFirst(spans));
    for (const request of this.#requests) request.destroy();
    for (const [delay, resolve] of this.#delays) {
      clearTimeout(delay);
      resolve();
    }
    this.#delays.clear();
    this.#agent?.destroy();
  }

  async #ready(): Promise<void> {
    const { headers, agentFactory, url } = this.#settings;
    this.#headers ??= await headers();
    this.#agent ??= (await agentFactory(new URL(url).protocol)) as Agent;
  }

  async #deliver(open: Open): Promise<OtlpFailure | undefined> {
    const { compression, timeoutMillis } = this.#settings;
    const { body, spans } = open;
    const deadline = Date.now() + timeoutMillis;
    await this.#ready();
    const sent: Record<string, string | number> = { ...this.#headers };
    let payload = body;
    if (compression === 'gzip') {
      payload = await gzip(body);
      sent['Content-Encoding'] = 'gzip';
    }
    sent['Content-Length'] = payload.length;
    for (let attempt = 0; ; attempt++) {
      const answer = await this.#request(open, payload, sent, Math.max(1, deadline - Date.now()));
      if (answer.ok) return rejectedOf(answer.body, spans);
      const wait = Math.max(answer.retryAfter ?? 0, RETRIES[attempt] ?? Number.POSITIVE_INFINITY);
      const again = this.#retries && answer.retryable && Date.now() + wait < deadline;
      if (!again || this.#closed) return failed(answer.message, spans);
      await this.#delay(wait * (0.8 + 0.4 * Math.random()));
      if (this.#closed) return failed(answer.message, spans);
    }
  }

  #request(
    open: Open,
    body: Uint8Array,
    headers: Record<string, string | number>,
    timeout: number,
  ): Promise<Answer> {
    const { url } = this.#settings;
    const http: typeof import('node:http') = url.startsWith('https:')
      ? require('node:https')
      : require('node:http');
    return new Promise((resolve) => {
      const request = http.request(url, { method: 'POST', agent: this.#agent, headers });
      let deadline: NodeJS.Timeout | undefined;
      const finish = (answer: Answer): void => {
        this.#requests.delete(request);
        open.request = undefined;
        resolve(answer);
        clearTimeout(deadline);
      };
      const fail = (message: string): void => finish({ ok: false, message, retryable: true });
      // First of all: an error that nobody listens for would end the process.
      request.on(
        'error',
        contained('otlp', (error) => fail(messageOf(error))),
      );
      try {
        deadline = setTimeout(
          contained('otlp', () => request.destroy(new Error('no answer in time'))),
          timeout,
        ).unref();
        this.#requests.add(request);
        open.request = request;
        request.on(
          'response',
          contained('otlp', (response: IncomingMessage) => read(response, finish, fail)),
        );
        request.on(
          'close',
          contained('otlp', () => fail('the connection closed')),
        );
        ref(request, this.#held);
        request.end(body);
      } catch (error) {
        request.destroy();
        fault('otlp', error);
        fail(messageOf(error));
      }
    });
  }

  #delay(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#delays.delete(timer);
        resolve();
      }, milliseconds);
      if (!this.#held) timer.unref();
      this.#delays.set(timer, resolve);
    });
  }
}

type Answer =
  | { readonly ok: true; readonly body: Buffer }
  | {
      readonly ok: false;
      readonly message: string;
      readonly retryable: boolean;
      readonly retryAfter?: number;
    };

function read(
  response: IncomingMessage,
  finish: (answer: Answer) => void,
  fail: (message: string) => void,
): void {
  const chunks: Buffer[] = [];
  let length = 0;
  const status = response.statusCode ?? 0;
  response.on(
    'error',
    contained('otlp', (error) => fail(messageOf(error))),
  );
  response.on(
    'data',
    contained('otlp', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MOST_ANSWER) chunks.push(chunk);
      else response.destroy();
    }),
  );
  response.on(
    'end',
    contained('otlp', () => {
      if (status >= 200 && status < 300) finish({ ok: true, body: Buffer.concat(chunks) });
      else {
        const seconds = Number(response.headers['retry-after']);
        finish({
          ok: false,
          message: `it answered ${status}`,
          retryable: RETRYABLE.has(status),
          ...(seconds > 0 ? { retryAfter: seconds * 1000 } : {}),
        });
      }
    }),
  );
}

/** A collector may take a request and some of its spans only. */
function rejectedOf(body: Buffer, spans: number): OtlpFailure | undefined {
  if (body.length === 0) return undefined;
  try {
    const partial = ProtobufTraceSerializer.deserializeResponse(body).partialSuccess;
    const rejected = Math.min(Number(partial?.rejectedSpans ?? 0), spans);
    if (rejected > 0) {
      return {
        message: `it rejected them: ${partial?.errorMessage ?? 'no reason given'}`,
        spans: rejected,
        whole: false,
      };
    }
  } catch {
    // The request was taken, whatever the answer's body means.
  }
  return undefined;
}

function failed(message: string, spans: number): OtlpFailure {
  return { message, spans, whole: true };
}

function endedFirst(spans: number): OtlpFailure {
  return { message: 'the end came first', spans, whole: false, late: true };
}

function gzip(body: Uint8Array): Promise<Uint8Array> {
  const zlib = require('node:zlib') as typeof import('node:zlib');
  return new Promise((resolve, reject) => {
    zlib.gzip(body, (error, packed) => (error === null ? resolve(packed) : reject(error)));
  });
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return (error as NodeJS.ErrnoException).code ?? error.message;
}

/** Keeps the process alive for a request's socket, or lets it end. */
function ref(request: ClientRequest, alive: boolean): void {
  const apply = (socket: import('node:net').Socket): void => {
    try {
      if (alive) socket.ref();
      else socket.unref();
    } catch (error) {
      fault('otlp', error);
      // Rather no answer than a socket that keeps the process.
      request.destroy();
    }
  };
  if (request.socket) apply(request.socket);
  else request.once('socket', apply);
}
