/**
 * Joins the OpenTelemetry SDK's tracer with our sampler and span processor.
 * Fourth station of a span's way: where a span begins and ends.
 */
import type { Resource } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  type Sampler,
  type SpanLimits,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';

export interface ProviderOptions {
  readonly resource: Resource;
  readonly sampler: Sampler;
  readonly limits: SpanLimits;
  readonly processors: SpanProcessor[];
}

export function createProvider(options: ProviderOptions): BasicTracerProvider {
  return new BasicTracerProvider({
    resource: options.resource,
    sampler: options.sampler,
    spanLimits: options.limits,
    spanProcessors: options.processors,
  });
}
