/**
 * The context of a request that the settings leave out: neither it nor anything below it makes a span, and services
 * that it calls are told that its trace isn't sampled, so that they make none either.
 * Second station of a span's way, taken instead of a span.
 */
import { type Context, createContextKey, isSpanContextValid, TraceFlags, trace } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { Handled } from './traced';

const OUTGOING = createContextKey('tracing-agent ignored request');

/** @param parent what the request's headers say */
function ignoring(parent: Context): Context {
  const caller = trace.getSpanContext(parent);
  const unsampled =
    caller !== undefined && isSpanContextValid(caller)
      ? { ...caller, isRemote: false, traceFlags: caller.traceFlags & ~TraceFlags.SAMPLED }
      : { traceId: randomId(16), spanId: randomId(8), traceFlags: TraceFlags.NONE };
  const outgoing = trace.setSpan(parent, trace.wrapSpanContext(unsampled));
  return suppressTracing(outgoing).setValue(OUTGOING, outgoing);
}

/** A request without a span, and what its listeners run in. */
export class IgnoredRequest implements Handled {
  readonly context: Context;
  readonly ended = true;
  finished = false;
  onFinish: unknown = undefined;

  constructor(parent: Context) {
    this.context = ignoring(parent);
  }

  close(): void {}
  answered(): void {}
  closeStream(): void {}
}

/** What a request that leaves in `context` carries on; undefined where none of its callers was ignored. */
export function ignoredOutgoing(context: Context): Context | undefined {
  return context.getValue(OUTGOING) as Context | undefined;
}

/** As many bytes of a random id, in hexadecimal; never all zero, which would be invalid. */
function randomId(bytes: number): string {
  let id = '';
  for (let i = 0; i < bytes; i += 4) {
    id += ((Math.random() * 0xffff_ffff + 1) >>> 0 || 1).toString(16).padStart(8, '0');
  }
  return id;
}
