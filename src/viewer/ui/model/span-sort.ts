/** What sort of call a span is, in a word or two for its row: the database, the RPC system, or HTTP's status. */
import { type Span, tagOf } from './span';

export function spanSort(span: Span): string | undefined {
  const system =
    tagOf(span, 'db.system.name', 'db.system', 'db.type') ??
    tagOf(span, 'messaging.system') ??
    tagOf(span, 'rpc.system');
  if (system !== undefined) return system;
  const status = tagOf(span, 'http.response.status_code', 'http.status_code');
  if (status !== undefined) return `http ${status}`;
  return tagOf(span, 'http.request.method', 'http.method') === undefined ? undefined : 'http';
}
