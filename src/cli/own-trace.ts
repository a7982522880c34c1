/**
 * A trace that a command begins: its ids, the headers and variables that carry it on, and the span it ends with.
 * Before a span's way: the root above what `run --trace` and `trace` start, and what `headers` prints.
 */
import { type Context, ROOT_CONTEXT, type SpanContext, trace } from '@opentelemetry/api';
import type { PropagatorName } from '../config/config';
import type { Environment } from '../config/parser';
import { createPropagator } from '../propagate/create-propagator';
import { processVariables, readProcessContext } from '../propagate/process-environment';
import { createSpanId, createTraceId } from '../record/ids';

export type HeaderFormat = 'uber' | 'w3c' | 'b3';

const PROPAGATOR: Record<HeaderFormat, PropagatorName> = { uber: 'jaeger', w3c: 'tracecontext', b3: 'b3' };
const ALL: readonly PropagatorName[] = ['tracecontext', 'jaeger'];

export class OwnTrace {
  readonly traceId: string;
  readonly spanId: string;
  /** Of the trace that this process was started in. */
  readonly parentSpanId: string | undefined;
  /** Milliseconds since 1970. */
  readonly start = Date.now();

  /** @param env continues the trace that it names, if any */
  constructor(env: Environment = {}) {
    const parent = trace.getSpanContext(readProcessContext(env, createPropagator(ALL)));
    this.traceId = parent?.traceId ?? createTraceId().text;
    this.spanId = createSpanId();
    this.parentSpanId = parent?.spanId;
  }

  /** Headers of a request that goes on in this trace. */
  headers(format: HeaderFormat): Record<string, string> {
    const carrier: Record<string, string> = {};
    createPropagator([PROPAGATOR[format]]).inject(this.#context(), carrier, {
      set(into: Record<string, string>, name, value) {
        into[name] = value;
      },
    });
    return carrier;
  }

  /** Variables of a process that goes on in it. */
  variables(): Record<string, string> {
    const found = processVariables(this.#context(), createPropagator(ALL));
    return Object.fromEntries(
      Object.entries(found).filter((pair): pair is [string, string] => pair[1] !== undefined),
    );
  }

  #context(): Context {
    const span: SpanContext = { traceId: this.traceId, spanId: this.spanId, traceFlags: 1 };
    return trace.setSpanContext(ROOT_CONTEXT, span);
  }
}
