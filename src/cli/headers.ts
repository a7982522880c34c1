/**
 * The command `headers`: what a request made by hand has to carry to begin a trace, or a debug trace.
 * Before a span's way.
 */
import { type HeaderFormat, OwnTrace } from './own-trace';
import { debugLink, traceLink } from './query-api';
import { effectiveSettings, likelyPage } from './settings';
import { note, print } from './terminal';

export interface HeadersOptions {
  readonly debugId?: string;
  readonly format: HeaderFormat;
  readonly service?: string;
  readonly ui?: string;
  readonly json?: boolean;
}

/** Lines for `curl -H @-` on stdout; trace id and link on stderr. */
export function printHeaders({ debugId, format, service, ui, json }: HeadersOptions): void {
  const { config } = effectiveSettings();
  const base = ui ?? likelyPage(config);
  if (debugId !== undefined) {
    // The called service begins the trace: its id isn't known here, but the text is a tag of its first span.
    const headers = { [config.debugHeaderName]: oneLine(debugId) };
    const link = debugLink(base, service ?? config.serviceName, oneLine(debugId));
    write(headers, link, json, { debugId });
    if (!json) note(`search: ${link}`);
    return;
  }
  const { traceId, headers } = begun(format, config.traceContextHeaderName);
  const link = traceLink(base, traceId);
  write(headers, link, json, { traceId });
  if (json) return;
  note(`trace:  ${traceId}`);
  note(`link:   ${link}`);
  note(
    'Nobody sends the span above the called service: Jaeger says <trace-without-root-span>. "trace -- curl …" sends it.',
  );
}

function begun(format: HeaderFormat, uberName: string): { traceId: string; headers: Record<string, string> } {
  const own = new OwnTrace();
  const headers = own.headers(format);
  const renamed = Object.entries(headers).map(([name, value]) => [
    name === 'uber-trace-id' ? uberName : name,
    value,
  ]);
  return { traceId: own.traceId, headers: Object.fromEntries(renamed) };
}

function write(headers: Record<string, string>, link: string, json: boolean | undefined, id: object): void {
  if (json) print(JSON.stringify({ ...id, headers, link }));
  else for (const [name, value] of Object.entries(headers)) print(`${name}: ${value}`);
}

/** A line break would begin another header. */
function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').trim();
}
