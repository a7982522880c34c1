/**
 * Makes tracers, one for each name and version of an instrumentation scope.
 * Fourth station of a span's way: what the API's global provider leads to.
 */
import type { TracerProvider as Interface, Tracer as TracerInterface } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { Sampler, SpanLimits, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { OpenSpans } from './open-spans';
import type { Redaction } from './redaction';
import type { Surroundings } from './surroundings';
import { Tracer } from './tracer';

interface TracerProviderOptions {
  readonly resource: Resource;
  readonly sampler: Sampler;
  readonly limits: Required<SpanLimits>;
  readonly processor: SpanProcessor;
  readonly surroundings: Surroundings;
  readonly redaction?: Redaction | undefined;
  /** Where the settings ask for spans that are open when the process ends. */
  readonly open?: OpenSpans | undefined;
}

/** Tracers kept; an application that names each one anew gets new ones beyond. */
const MOST_TRACERS = 1_000;

export class TracerProvider implements Interface {
  readonly #options: TracerProviderOptions;
  readonly #tracers = new Map<string, Tracer>();

  constructor(options: TracerProviderOptions) {
    this.#options = options;
  }

  getTracer(name: string, version?: string, options?: { schemaUrl?: string }): TracerInterface {
    const key = `${name}@${version ?? ''}:${options?.schemaUrl ?? ''}`;
    let tracer = this.#tracers.get(key);
    if (tracer === undefined) {
      tracer = this.#create(name, version, options?.schemaUrl, false);
      if (this.#tracers.size < MOST_TRACERS) this.#tracers.set(key, tracer);
    }
    return tracer;
  }

  /** For patches of our own: takes their attributes as they are. */
  createTrustedTracer(name: string, version: string): TracerInterface {
    return this.#create(name, version, undefined, true);
  }

  forceFlush(): Promise<void> {
    return this.#options.processor.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#options.processor.shutdown();
  }

  #create(
    name: string,
    version: string | undefined,
    schemaUrl: string | undefined,
    trusted: boolean,
  ): Tracer {
    const { resource, sampler, limits, processor, surroundings, redaction, open } = this.#options;
    const instrumentationScope = { name, version, schemaUrl } as never;
    return new Tracer({
      origin: { resource, limits, processor, redaction, open, instrumentationScope },
      sampler,
      surroundings,
      trusted,
    });
  }
}
