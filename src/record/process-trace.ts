/**
 * The span of a whole process, from its start to its end, for command-line programs.
 * Fourth station of a span's way: what is done outside of any other span is a child of it.
 * https://opentelemetry.io/docs/specs/semconv/cli/cli-spans/
 */
import {
  type Attributes,
  type Context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';

interface ProcessTraceOptions {
  readonly tracer: Tracer;
  /** What the process was started in. */
  readonly parent: Context;
  /** The program's name: the main script without its folder. */
  readonly name: string;
  /** The executable and the script, or all arguments where the settings allow it. */
  readonly command: readonly string[];
}

/** How a process ends. */
export interface ProcessEnd {
  readonly code?: number | undefined;
  readonly signal?: string | undefined;
}

export class ProcessTrace {
  readonly context: Context;
  readonly #span: Span;

  constructor({ tracer, parent, name, command }: ProcessTraceOptions) {
    const attributes: Attributes = {
      'process.pid': process.pid,
      'process.executable.name': name,
      'process.command_args': [...command],
    };
    this.#span = tracer.startSpan(
      name,
      { kind: SpanKind.INTERNAL, attributes, startTime: performance.timeOrigin },
      parent,
    );
    this.context = trace.setSpan(parent, this.#span);
  }

  /** The first end counts. */
  end({ code, signal }: ProcessEnd): void {
    const span = this.#span;
    if (!span.isRecording()) return;
    if (code !== undefined) span.setAttribute('process.exit.code', code);
    if (signal !== undefined) span.setAttribute('process.exit.signal', signal);
    if (signal !== undefined || (code !== undefined && code !== 0)) {
      span.setAttribute('error.type', signal ?? String(code));
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  }
}
