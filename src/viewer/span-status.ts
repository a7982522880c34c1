/**
 * The status that Jaeger reads out of a span's tags and shows as tags: one of several ways to say "failed" gives all.
 * After a span's way: for what the viewer answers in Jaeger's place.
 */
import { type JaegerTag, TAG_TYPE } from '../thrift/jaeger';

const STATUS = new Set(['otel.status_code', 'otel.status_description']);

/** The tags with the status written out, as Jaeger's translation to OpenTelemetry and back leaves them. */
export function withStatus(tags: readonly JaegerTag[]): JaegerTag[] {
  const value = (key: string) => tags.find((tag) => tag.key === key)?.value;
  const failed = tags.some(({ key, value: error }) => key === 'error' && error === true);
  const status = value('otel.status_code');
  const code = failed ? 'ERROR' : status === undefined ? ofHttp(value) : String(status).toUpperCase();
  if (code !== 'ERROR' && code !== 'OK') return tags.filter(({ key }) => key !== 'otel.status_code');
  const isError = code === 'ERROR';
  // Only where nothing else says it does the message of an old HTTP client count.
  const ofMessage = failed || status === undefined ? value('http.status_message') : undefined;
  const description = value('otel.status_description') ?? ofMessage;
  const written = tags.filter(
    ({ key, value: each }) => !STATUS.has(key) && !(key === 'error' && each === true),
  );
  written.push({ key: 'otel.status_code', type: TAG_TYPE.string, value: code });
  if (isError) written.push({ key: 'error', type: TAG_TYPE.bool, value: true });
  if (description !== undefined && description !== '')
    written.push({ key: 'otel.status_description', type: TAG_TYPE.string, value: String(description) });
  return written;
}

/** What older conventions leave to be concluded: 4xx is the client's failure, 5xx everybody's. */
function ofHttp(value: (key: string) => JaegerTag['value'] | undefined): string | undefined {
  const status = value('http.status_code');
  if (status === undefined || !/^\d+$/.test(String(status))) return undefined;
  const code = Number(status);
  if (code >= 400 && code < 500) return value('span.kind') === 'server' ? undefined : 'ERROR';
  return code < 100 || code >= 500 ? 'ERROR' : undefined;
}
