/** Explains two things that puzzle people: spans whose parent never came, and a call whose other side never reported. */
import type { Span, Trace } from './span';
import { tagOf } from './span';

/** One sentence for each missing parent, with what to look at next. */
export function missingParents(trace: Trace): { span: Span; sentence: string }[] {
  return trace.roots
    .filter((span) => span.missingParent !== undefined)
    .map((span) => ({
      span,
      sentence: `${span.service}: ${span.operation} names the parent ${span.missingParent}, which is not here (Jaeger calls such a trace <trace-without-root-span>). ${
        span.kind === 'server'
          ? 'The caller sent the trace on but did not report its own span: it has no agent address, it has not ended yet, or its packets were lost.'
          : 'A span of the same service is missing: it has not ended yet, or its packet was lost.'
      }`,
    }));
}

/** Calls to other services in a trace of one service alone: the callee doesn't report or doesn't get the headers. */
export function silentCallees(trace: Trace): string | undefined {
  if (trace.services.length !== 1) return undefined;
  const calls = trace.spans.filter(
    (span) => span.kind === 'client' && tagOf(span, 'http.request.method', 'http.method') !== undefined,
  );
  const quiet = calls.find((span) => span.children.length === 0);
  if (quiet === undefined) return undefined;
  const address = tagOf(quiet, 'server.address', 'net.peer.name', 'peer.service') ?? 'another service';
  return `${quiet.service} called ${address}, which reported no span: it is not traced, reports elsewhere, or did not take the headers.`;
}
