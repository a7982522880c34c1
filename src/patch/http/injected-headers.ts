/**
 * Writes the headers by which the next service goes on with the trace.
 * Third station of a span's way, for every HTTP client.
 */
import { type Context, propagation, trace } from '@opentelemetry/api';

/**
 * The headers to add to a request, by lower-case name. `read` gives the value that the application set itself.
 *
 * The application's own headers stay: one that names another trace keeps all of ours out, a baggage keeps ours out.
 * Only a trace header of this same trace is replaced, as a proxy sends it that passes on the headers it got: its own
 * span would be missing between caller and called.
 */
export function injectedHeaders<S>(
  context: Context,
  source: S,
  read: (source: S, name: string) => unknown,
): Record<string, string> {
  // Without a prototype: what someone added to every object must not become a header.
  const headers: Record<string, string> = Object.create(null);
  propagation.inject(context, headers);
  const traceId = trace.getSpanContext(context)?.traceId;
  for (const name in headers) {
    // A baggage from outside may hold what is no header: `uberctx-` with a space, a line break.
    if (!NAME.test(name) || !VALUE.test(headers[name]!)) {
      delete headers[name];
      continue;
    }
    const own = read(source, name);
    if (own === undefined || own === null) continue;
    if (traceId === undefined || !headers[name]!.includes(traceId)) delete headers[name];
    else if (!String(own).toLowerCase().includes(traceId)) return Object.create(null);
  }
  return headers;
}

/** What Node accepts as a header, too: https://www.rfc-editor.org/rfc/rfc9110#name-field-names */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
