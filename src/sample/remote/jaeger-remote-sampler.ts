/**
 * Jaeger's `remote` sampler as a part for anyone's OpenTelemetry SDK, with the options of the package
 * `@opentelemetry/sampler-jaeger-remote`, which its 3.x line has dropped. Fifth station of a span's way.
 */
import type { Attributes, Context, Link, SpanKind } from '@opentelemetry/api';
import type { SamplingResult } from '../sampling-result';
import { RemoteSampler } from './remote-sampler';
import { StrategyPoller } from './strategy-poller';

/** What decides until the first strategy has come: any sampler of OpenTelemetry's. */
export interface InitialSampler {
  /** Of the SDK's `Sampler`. */
  shouldSample(
    context: Context,
    traceId: string,
    spanName: string,
    spanKind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult;
}

/** As those of `@opentelemetry/sampler-jaeger-remote`, and `maxOperations`. */
export interface JaegerRemoteSamplerOptions {
  /** The service whose strategy is asked for. */
  readonly serviceName: string;
  /** Where to ask. Default `http://localhost:5778/sampling`. */
  readonly endpoint?: string;
  /** Between two questions, in milliseconds. Default 60,000. */
  readonly poolingInterval?: number;
  /** Default: Jaeger's, which keeps one trace in a thousand. */
  readonly initialSampler?: InitialSampler;
  /** Operations told apart at most; the rest share the default's rate. Default 2,000. */
  readonly maxOperations?: number;
}

const INITIAL_RATE = 0.001;

/** Asks at once and then again and again, without holding the process; the last strategy stays over failures. */
export class JaegerRemoteSampler {
  readonly #sampler: RemoteSampler;
  readonly #poller: StrategyPoller;
  #initial: InitialSampler | undefined;

  /** Asks at once. A question that fails, as at an endpoint that is no URL, is said on stderr; nothing is thrown. */
  constructor(options: JaegerRemoteSamplerOptions) {
    this.#initial = options.initialSampler;
    this.#sampler = new RemoteSampler({
      initialRate: INITIAL_RATE,
      maxOperations: options.maxOperations ?? 2_000,
    });
    this.#poller = new StrategyPoller({
      endpoint: options.endpoint ?? 'http://localhost:5778/sampling',
      serviceName: options.serviceName,
      interval: options.poolingInterval ?? 60_000,
      onStrategy: (strategy) => {
        this.#initial = undefined;
        this.#sampler.update(strategy);
      },
    });
    this.#poller.start();
  }

  shouldSample(
    context: Context,
    traceId: string,
    spanName: string,
    spanKind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    return this.#initial === undefined
      ? this.#sampler.shouldSample(context, traceId, spanName)
      : this.#initial.shouldSample(context, traceId, spanName, spanKind, attributes, links);
  }

  /** Asks no more; the last strategy holds. */
  shutdown(): void {
    this.#poller.stop();
  }

  toString(): string {
    return 'JaegerRemoteSampler';
  }
}
