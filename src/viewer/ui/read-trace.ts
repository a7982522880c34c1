/** Reads one trace by its id, from the viewer or plain Jaeger. */
import { ApiError, apiUrl, ask } from './api';
import type { ApiTrace } from './model/jaeger-trace';

/** @throws ApiError with status 404 where it isn't there */
export async function readTrace(id: string, signal?: AbortSignal): Promise<ApiTrace> {
  const { data } = await ask<{ data: ApiTrace[] | null }>(apiUrl(`traces/${encodeURIComponent(id)}`), {
    signal,
  });
  const trace = data?.[0];
  if (trace === undefined) throw new ApiError('trace not found', 404);
  // The timeline measures from here to its first picture.
  performance.mark('trace-received');
  return trace;
}
