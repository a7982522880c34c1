/** Writes the request of an HTTP span as a curl command, as far as its tags tell. */
import { type Span, type Trace, tagOf } from './span';

/** Undefined where the span is no HTTP request, or its address isn't known. */
export function curlOf(span: Span, trace: Trace): string | undefined {
  const method = tagOf(span, 'http.request.method', 'http.method');
  const url = tagOf(span, 'url.full', 'http.url') ?? joinedUrl(span);
  if (method === undefined || url === undefined) return undefined;
  const verb = method === 'GET' ? '' : ` -X ${method}`;
  // The same trace again, and sampled: the new request shows up beside this one.
  return `curl${verb} ${quote(url)} -H ${quote(`uber-trace-id: ${trace.id}:${span.spanId}:0:1`)}`;
}

function joinedUrl(span: Span): string | undefined {
  const host = tagOf(span, 'server.address', 'http.host');
  const path = tagOf(span, 'url.path', 'http.target');
  if (host === undefined || path === undefined) return undefined;
  const port = tagOf(span, 'server.port');
  const query = tagOf(span, 'url.query');
  const authority = port === undefined ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return `${tagOf(span, 'url.scheme') ?? 'http'}://${authority}${path}${query ? `?${query}` : ''}`;
}

/** For a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
