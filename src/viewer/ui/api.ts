/** Asks the query API: Jaeger's paths, and the viewer's own where the server has them. */
import { pageBase } from './page-base';

export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    /** Of a query that can't be read: characters from its start. */
    readonly position?: number,
  ) {
    super(message);
  }
}

const base = pageBase.href;
/** Paths beyond Jaeger's that this server doesn't have. */
const absent = new Set<string>();

export function apiUrl(path: string, parameters: Record<string, string | number | undefined> = {}): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== '');
  const query = new URLSearchParams(given.map(([key, value]) => [key, String(value)]));
  return `${base}api/${path}${query.size > 0 ? `?${query}` : ''}`;
}

/** @throws ApiError with what the server says is wrong */
export async function ask<T>(url: string, init?: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    throw new ApiError('The viewer does not answer. Is it still running?', 0);
  }
  const text = await response.text();
  let body: { errors?: { msg?: string; position?: number }[] | null } | undefined;
  try {
    body = JSON.parse(text);
  } catch {
    // A server without this path may answer with a page.
  }
  if (!response.ok || body === undefined) {
    const first = body?.errors?.[0];
    const status = response.ok ? 404 : response.status;
    throw new ApiError(
      first?.msg ?? `The server answered ${status} to ${new URL(url).pathname}`,
      status,
      first?.position,
    );
  }
  return body as T;
}

/** Like `ask` for a path that only the viewer has: undefined where this server is plain Jaeger. */
export async function askExtra<T>(
  path: string,
  parameters: Record<string, string | number | undefined> = {},
  init?: RequestInit,
): Promise<T | undefined> {
  if (absent.has(path)) return undefined;
  try {
    return await ask<T>(apiUrl(path, parameters), init);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    absent.add(path);
    return undefined;
  }
}
