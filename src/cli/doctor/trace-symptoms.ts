/**
 * Reads a trace for what is missing in it, and says which service does not report: the caller or the callee.
 * After a span's way.
 */
import { findTrace, type QuerySpan, type QueryTrace } from '../query-api';
import type { Finding } from './finding';

export async function traceFindings(base: string, traceId: string): Promise<Finding[]> {
  const check = 'trace';
  try {
    const trace = await findTrace(base, traceId);
    if (trace !== undefined) return explainTrace(trace);
    return [
      {
        check,
        status: 'fail',
        found: `${base} has no trace ${traceId}`,
        next: 'see whether it was sampled (flag 01 at the end of traceparent), and give its spans some seconds to arrive',
      },
    ];
  } catch (error) {
    return [
      {
        check,
        status: 'fail',
        found: `${base} could not be asked: ${(error as Error).message}`,
        next: 'correct --query',
      },
    ];
  }
}

/** What Jaeger's page shows as `<trace-without-root-span>`, a root without children, and other gaps. */
function explainTrace(trace: QueryTrace): Finding[] {
  const check = 'trace';
  const ids = new Set(trace.spans.map(({ spanID }) => spanID));
  const service = ({ processID }: QuerySpan): string => trace.processes[processID]?.serviceName ?? '?';
  const orphans = trace.spans.filter((span) => parentOf(span) !== undefined && !ids.has(parentOf(span)!));
  const roots = trace.spans.filter((span) => parentOf(span) === undefined);
  const findings: Finding[] = [];
  for (const callee of new Set(orphans.map(service))) {
    const count = orphans.filter((span) => service(span) === callee).length;
    const without = roots.length === 0 ? ' (Jaeger shows <trace-without-root-span>)' : '';
    findings.push({
      check,
      status: 'fail',
      found: `${callee} reports, but its caller does not: ${count === 1 ? 'a span has a parent' : `${count} spans have parents`} that never arrived${without}`,
      next: `set Jaeger's address where the caller of ${callee} runs, as in its own shell or pod, and see that a port-forward to it still runs; then run "tracing-agent doctor" there`,
    });
  }
  const silent = calls(trace).filter((call) => !trace.spans.some((span) => parentOf(span) === call.spanID));
  for (const peer of new Set(silent.map(peerOf))) {
    const caller = service(silent.find((call) => peerOf(call) === peer)!);
    findings.push({
      check,
      status: 'fail',
      found: `${caller} reports its call of ${peer}, but ${peer} does not report: the call has no children`,
      next: `start ${peer} with the agent and Jaeger's address; a pod that is older than the Jaeger service has to be restarted. If it is no service of yours, nothing is missing`,
    });
  }
  if (findings.length === 0 && trace.spans.length === 1) {
    findings.push({
      check,
      status: 'warn',
      found: `${service(trace.spans[0]!)} has one span and calls nothing that is traced: either it calls nothing, or its clients are not patched, or what it calls does not report`,
      next: 'tracing-agent doctor -- node app.js lists which of its libraries are patched',
    });
  }
  if (findings.length > 0) return findings;
  const services = new Set(trace.spans.map(service));
  return [
    {
      check,
      status: 'ok',
      found: `whole: ${trace.spans.length} spans of ${[...services].join(', ')}, with a root and no missing parent`,
    },
  ];
}

function parentOf(span: QuerySpan): string | undefined {
  return span.references?.find(({ refType, traceID }) => refType === 'CHILD_OF' && traceID === span.traceID)
    ?.spanID;
}

/** Calls of other services: HTTP, not data bases, which report nothing. */
function calls({ spans }: QueryTrace): QuerySpan[] {
  return spans.filter((span) => {
    const tags = tagsOf(span);
    const over = [
      'http.request.method',
      'http.method',
      'http.url',
      'url.full',
      'rpc.system',
      'rpc.system.name',
    ];
    return tags['span.kind'] === 'client' && over.some((key) => key in tags);
  });
}

function peerOf(span: QuerySpan): string {
  const tags = tagsOf(span);
  const port = tags['server.port'] ?? tags['net.peer.port'];
  const host = tags['peer.service'] ?? tags['server.address'] ?? tags['net.peer.name'] ?? tags['http.host'];
  if (host === undefined) return `what "${span.operationName}" calls`;
  return port === undefined || tags['peer.service'] !== undefined ? String(host) : `${host}:${port}`;
}

function tagsOf(span: QuerySpan): Record<string, unknown> {
  return Object.fromEntries((span.tags ?? []).map(({ key, value }) => [key, value]));
}
