/** An OpenTelemetry SDK that is not ours, whose spans the test reads as plain values. */
import { EventEmitter, once } from 'node:events';
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
  const ended = new EventEmitter();
  const processor = new SimpleSpanProcessor(exporter);
  const onEnd = processor.onEnd.bind(processor);
  processor.onEnd = (span) => {
    onEnd(span);
    ended.emit('span');
  };
  const provider = new BasicTracerProvider({ spanProcessors: [processor] });
  const all = (name: string): ReadableSpan[] =>
    exporter.getFinishedSpans().filter((span) => span.name === name);
  return {
    tracer: provider.getTracer('test'),
    all,
    /** Resolves when that many spans of the name have ended. */
    async until(name: string, count: number): Promise<void> {
      while (all(name).length < count) await once(ended, 'span');
    },
  };
}

/** `[event name, fields]` in their order. */
export const logs = (span: ReadableSpan) => span.events.map((event) => [event.name, event.attributes]);
