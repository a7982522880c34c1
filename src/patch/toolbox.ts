/**
 * Makes the tools that one instrumentation's patches work with, and keeps count of its failures.
 * Second station of a span's way: where a patch's call becomes a span, or is let through untraced.
 */
import {
  type Attributes,
  type Context,
  context,
  ProxyTracerProvider,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { counters } from '../diagnostics/counters';
import { FaultBudget, MOST_FAULTS } from '../diagnostics/fault-budget';
import { report } from '../diagnostics/log';
import type { PatchOptions, SharedOptions, Tools } from './instrumentation';

/** `TraceFlags.SAMPLED`. */
const SAMPLED = 1;

interface ToolboxOptions {
  readonly instrumentation: string;
  /** Brings in the SDK; undefined where that fails, for now. */
  readonly tracer: () => Tracer | undefined;
  readonly options: PatchOptions;
  /** Whether the sampler decides like the parent, so that nothing below an unsampled span needs to ask it. */
  readonly followsParent: boolean;
}

/** One for each instrumentation, for good: what is patched stays patched, and serves the agent that runs then. */
const toolboxes = new Map<string, Toolbox>();

/** The tools of an instrumentation, new or from an agent before. */
export function toolboxFor(from: ToolboxOptions): Toolbox {
  const known = toolboxes.get(from.instrumentation);
  if (known !== undefined) {
    known.serve(from);
    return known;
  }
  const created = new Toolbox(from);
  toolboxes.set(from.instrumentation, created);
  return created;
}

/** Leaves spans below a request's own out, or makes them as the settings say again. */
export function shedDetail(shed: boolean): void {
  for (const toolbox of toolboxes.values()) toolbox.shedDetail(shed);
}

/** Lets all patches do nothing until an agent runs again. */
export function retireToolboxes(): void {
  for (const toolbox of toolboxes.values()) toolbox.retire();
}

/** What a span of ours knows of itself. */
interface OwnSpan extends Span {
  readonly identity?: { readonly sampled?: unknown };
}

export class Toolbox implements Tools {
  options: PatchOptions;
  #tracer: Tracer | undefined;
  #tracerOf: () => Tracer | undefined;
  readonly #instrumentation: string;
  #followsParent: boolean;
  /** What the settings ask for. */
  #wanted: PatchOptions;
  #retired = false;
  /** Once it is spent, the instrumentation is off until the process restarts. */
  readonly #faults = new FaultBudget();

  constructor(from: ToolboxOptions) {
    this.#tracerOf = from.tracer;
    this.options = from.options;
    this.#wanted = from.options;
    this.#instrumentation = from.instrumentation;
    this.#followsParent = from.followsParent;
  }

  /** Works for another agent from now on. */
  serve(from: ToolboxOptions): void {
    this.#tracerOf = from.tracer;
    this.#tracer = undefined;
    this.options = from.options;
    this.#wanted = from.options;
    this.#followsParent = from.followsParent;
    this.#retired = false;
  }

  shedDetail(shed: boolean): void {
    const { detail } = this.#wanted;
    this.options = shed && detail !== undefined ? { ...this.#wanted, detail: 'request' } : this.#wanted;
  }

  /** Makes no more spans. */
  retire(): void {
    this.#retired = true;
    this.#tracer = untraced();
  }

  get tracer(): Tracer {
    this.#tracer ??= this.#tracerOf();
    return this.#tracer ?? untraced();
  }

  get off(): boolean {
    return this.#retired || this.#faults.spent;
  }

  wanted(): Context | undefined {
    if (this.off) return undefined;
    const active = context.active();
    if (isTracingSuppressed(active)) return undefined;
    if (!this.#followsParent) return active;
    try {
      // The span may be another SDK's, or the application's own.
      const parent = trace.getSpan(active) as OwnSpan | undefined;
      if (parent === undefined) return active;
      // Ours tells without making an object of its ids.
      const sampled = parent.identity?.sampled;
      const keeps =
        typeof sampled === 'boolean' ? sampled : (parent.spanContext().traceFlags & SAMPLED) !== 0;
      return keeps ? active : undefined;
    } catch (error) {
      this.fault(error);
      return undefined;
    }
  }

  startClientSpan(
    name: string,
    attributes: Attributes | undefined,
    shared?: Attributes,
    under?: Context,
  ): Span | undefined {
    try {
      const options: SharedOptions =
        attributes === undefined
          ? { kind: SpanKind.CLIENT, shared }
          : { kind: SpanKind.CLIENT, attributes, shared };
      return this.tracer.startSpan(name, options, under);
    } catch (error) {
      this.fault(error);
      return undefined;
    }
  }

  endClientSpan(span: Span, error?: unknown): void {
    try {
      if (error !== undefined && error !== null) {
        span.setAttribute('error.type', errorType(error));
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
      this.#faults.worked();
    } catch (failure) {
      this.fault(failure);
    }
  }

  bind<F extends (...args: any[]) => unknown>(to: Context, callback: F): F {
    return function (this: unknown, ...args: unknown[]) {
      // To look costs a tenth of what changing it does.
      if (context.active() === to) return callback.apply(this, args);
      return context.with(to, callback as (...args: unknown[]) => unknown, this, ...args);
    } as F;
  }

  fault(error: unknown): void {
    counters.faults++;
    const instrumentation = this.#instrumentation;
    if (this.#faults.take()) {
      report('TA_PATCH_DISABLED', { instrumentation, error, count: MOST_FAULTS }, instrumentation);
    } else if (!this.#faults.spent) {
      report('TA_PATCH_FAULT', { instrumentation, error }, instrumentation);
    }
  }
}

function untraced(): Tracer {
  return new ProxyTracerProvider().getTracer('');
}

/** The convention's low-cardinality name of an error: its code, else its class. */
export function errorType(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '_OTHER';
  try {
    const { code, name } = error as { code?: unknown; name?: unknown };
    if (typeof code === 'string' || typeof code === 'number') return String(code);
    return typeof name === 'string' && name !== '' ? name : '_OTHER';
  } catch {
    // Its getters may throw, or it is a proxy.
    return '_OTHER';
  }
}
