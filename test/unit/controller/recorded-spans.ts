/** An OpenTelemetry SDK that is not ours, whose spans the test reads as plain values. */
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

context.setGlobalContextManager(new AsyncLocalStorageContextManager());

export function recordSpans() {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  return {
    tracer: provider.getTracer('test'),
    all: (name: string): ReadableSpan[] => exporter.getFinishedSpans().filter((span) => span.name === name),
  };
}

/** `[event name, fields]` in their order. */
export const logs = (span: ReadableSpan) => span.events.map((event) => [event.name, event.attributes]);
