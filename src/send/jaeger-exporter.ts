/**
 * The Jaeger exporter as a part for anyone's `NodeSDK`, in place of `@opentelemetry/exporter-jaeger`.
 * Last station of a span's way, for applications that bring their own OpenTelemetry SDK.
 */
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { type Counters, createCounters } from '../diagnostics/counters';
import { SpanBatcher } from './batch/span-batcher';
import { BoundedFlush } from './bounded-flush';
import { createTransport, type Destination } from './create-transport';
import { encodeProcess } from './process-tags';
import type { Transport } from './transport/transport';

/** Where to send; `endpoint` wins over `host` and `port`. */
export interface JaegerExporterOptions {
  /** Jaeger agent's name or address. Default `localhost`. */
  readonly host?: string;
  /** Jaeger agent's UDP port. Default 6831 (Thrift compact); 6832 speaks Thrift binary. */
  readonly port?: number;
  /** Thrift protocol over UDP, where the port doesn't tell. Default: `binary` for port 6832, else `compact`. */
  readonly protocol?: 'compact' | 'binary';
  /** Jaeger collector's URL, such as `http://localhost:14268/api/traces`; sends by HTTP. */
  readonly endpoint?: string;
  /** For the collector, HTTP basic authentication. Default: none. */
  readonly username?: string;
  /** Of that user. */
  readonly password?: string;
  /** Bearer token for the collector, instead of user and password. Default: none. */
  readonly token?: string;
  /** Further request headers for the collector. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For one request to the collector, in milliseconds. Default 10,000. */
  readonly timeout?: number;
  /** Largest UDP packet in bytes. Default 65,000. */
  readonly maxPacketSize?: number;
  /** The longest that `forceFlush` and `shutdown` wait, in milliseconds. Default 2,000. */
  readonly flushTimeout?: number;
}

/** `ExportResultCode` of `@opentelemetry/core`, the same in 1.x, 2.x and 3.x. */
const SUCCESS = 0;
const FAILED = 1;

/** The SDK's `ExportResult`. */
export interface JaegerExportResult {
  /** 0: all were sent; 1: some were not. */
  code: number;
  /** Says how many were not. */
  error?: Error;
}

/**
 * A `SpanExporter` for OpenTelemetry's SDK 1.x to 3.x. Its types name none of the SDK's packages, so that any of them
 * fits.
 */
export class JaegerExporter {
  readonly #counters: Counters = createCounters();
  readonly #transport: Transport;
  readonly #batcher: SpanBatcher;
  readonly #flush: BoundedFlush;
  readonly #flushTimeout: number;
  #closed = false;

  /**
   * Opens nothing yet, and throws nothing: a destination that can't be used is said once on stderr when spans are to go
   * there, and they are counted as lost.
   */
  constructor(options: JaegerExporterOptions = {}) {
    const to = { ...destination(options), counters: this.#counters };
    this.#transport = createTransport(to, (spans) => this.#batcher.refused(spans));
    this.#batcher = new SpanBatcher({
      transport: this.#transport,
      counters: this.#counters,
      encodeProcess: (resource: Resource) => encodeProcess(resource, this.#transport.protocol),
      maxBatchSize: 4096,
      maxQueueSize: 65_536,
      maxQueueBytes: 32 * 1024 * 1024,
    });
    this.#flush = new BoundedFlush({
      hold: (alive) => this.#transport.hold(alive),
      flush: () => this.#batcher.flush(),
      whenIdle: (callback) => this.#batcher.whenIdle(callback),
    });
    this.#flushTimeout = options.flushTimeout ?? 2_000;
  }

  /** Calls back once the spans were sent, or with an error that says how many were not. Never throws. */
  export(spans: readonly object[], resultCallback: (result: JaegerExportResult) => void): void {
    if (this.#closed) {
      for (const _ of spans) this.#batcher.late();
      resultCallback({ code: FAILED, error: new Error('the exporter is shut down') });
      return;
    }
    const before = lost(this.#counters);
    for (const span of spans) this.#batcher.append(span as ReadableSpan);
    this.#batcher.whenIdle(() => {
      const missing = lost(this.#counters) - before;
      if (missing === 0) resultCallback({ code: SUCCESS });
      else resultCallback({ code: FAILED, error: new Error(`${missing} spans could not be sent to Jaeger`) });
    });
  }

  /** Counts of what became of the spans of this exporter. */
  health(): Readonly<Counters> {
    return { ...this.#counters };
  }

  /** Resolves when all spans were sent or counted as lost, at most `flushTimeout` later. Never rejects. */
  forceFlush(): Promise<void> {
    return this.#flush.run(this.#flushTimeout);
  }

  /** Flushes and closes; what is exported afterwards is counted as lost. Never rejects. */
  async shutdown(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.forceFlush();
    this.#transport.close();
  }
}

function destination(options: JaegerExporterOptions): Destination {
  const port = options.port ?? 6831;
  return {
    host: options.host ?? 'localhost',
    port,
    protocol: options.protocol ?? (port === 6832 ? 'binary' : 'compact'),
    maxPacketSize: options.maxPacketSize ?? 65_000,
    endpoint: options.endpoint,
    user: options.username,
    password: options.password,
    token: options.token,
    headers: options.headers,
    timeout: options.timeout ?? 10_000,
  };
}

function lost(counters: Counters): number {
  return (
    counters.droppedQueueFull +
    counters.droppedTooLarge +
    counters.droppedUnencodable +
    counters.droppedUnresolved +
    counters.droppedRefused +
    counters.droppedRejected +
    counters.droppedReceiverFull +
    counters.droppedAtShutdown +
    counters.droppedByFault
  );
}
