/**
 * Answers the API as it does where no SDK is registered, when the real one can't be read, or is just being read.
 * Beside the fourth station of a span's way: such a call makes no span, and does the application no harm.
 *
 * Written out, since it has to work where no further file can be read: a process may be out of file descriptors.
 */
import type { Context, Span, Tracer } from '@opentelemetry/api';
import type { Globals } from './api-globals';

/** A context as the API's own, of which a process that has loaded nothing has no copy. */
class Values implements Context {
  readonly #values: ReadonlyMap<symbol, unknown>;

  constructor(values: ReadonlyMap<symbol, unknown>) {
    this.#values = values;
  }

  getValue(key: symbol): unknown {
    return this.#values.get(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return new Values(new Map(this.#values).set(key, value));
  }

  deleteValue(key: symbol): Context {
    const values = new Map(this.#values);
    values.delete(key);
    return new Values(values);
  }
}

/** https://www.w3.org/TR/trace-context/ has ids of zeros for none. */
const nowhere = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 };
const same = (): Span => span;
const span: Span = {
  spanContext: () => nowhere,
  setAttribute: same,
  setAttributes: same,
  addEvent: same,
  addLink: same,
  addLinks: same,
  setStatus: same,
  updateName: same,
  end() {},
  isRecording: () => false,
  recordException() {},
};

const empty = new Values(new Map());

/** @param again asked in each call of a tracer, which an application keeps: the real globals, once there are any */
export function inertGlobals(again: () => Globals | undefined): Globals {
  const context: Globals['context'] = {
    active: () => empty,
    with: (_context, work, self, ...args) => work.call(self as never, ...args),
    bind: (_context, target) => target,
    enable: () => context,
    disable: () => context,
  };
  return {
    context,
    propagation: { inject() {}, extract: (from) => from, fields: () => [] },
    trace: {
      getTracer(name, version, options) {
        const real = (): Tracer | undefined => again()?.trace.getTracer(name, version, options);
        return {
          startSpan: (...args) => real()?.startSpan(...args) ?? span,
          startActiveSpan(...args: any[]) {
            const tracer = real() as { startActiveSpan(...args: any[]): any } | undefined;
            return tracer === undefined ? args.at(-1)(span) : tracer.startActiveSpan(...args);
          },
        };
      },
    },
  };
}
