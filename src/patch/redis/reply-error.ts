/**
 * Ends a span whose command failed: with the prefix of Redis' error reply, or the client's error class, and no message.
 * Second station of a span's way; a message may repeat keys, arguments and scripts.
 */
import type { Span } from '@opentelemetry/api';
import type { Tools } from '../instrumentation';

/** Classes of errors that Redis itself answered: of redis-parser (ioredis) and of @redis/client. */
const REPLIES = new Set(['ReplyError', 'ErrorReply', 'SimpleError', 'BlobError']);
/** `WRONGTYPE Operation against …` → `WRONGTYPE`. A script may reply any text, so only the usual form counts. */
const PREFIX = /^-?([A-Z][A-Z0-9]{1,23})(?: |$)/;

export function endFailedSpan(tools: Tools, span: Span, error: unknown): void {
  try {
    const name = errorClass(error);
    const code = REPLIES.has(name) ? PREFIX.exec((error as Error).message)?.[1] : undefined;
    if (code === undefined) {
      tools.endClientSpan(span, { code: (error as { code?: unknown } | null)?.code, name });
      return;
    }
    span.setAttribute('db.response.status_code', code);
    tools.endClientSpan(span, { code });
  } catch (failure) {
    tools.fault(failure);
    tools.endClientSpan(span);
  }
}

/** The classes of @redis/client set no `name`, so that their constructor tells more. */
function errorClass(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER';
  return error.name === 'Error' ? error.constructor.name : error.name;
}

/** The first failure among a batch's replies. */
export function firstError(replies: unknown): unknown {
  if (!Array.isArray(replies)) return undefined;
  for (const reply of replies) if (reply instanceof Error) return reply;
  return undefined;
}
