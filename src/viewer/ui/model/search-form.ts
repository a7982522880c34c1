/** What the search form holds: to and from the page's address (Jaeger UI's parameters and `q`), and as one query. */
import { MOST_TRACES, SORTS, type Sort } from '../../api/answers';
import { writeValue } from '../../api/query-language';
import { parseDuration } from './duration';

export interface SearchForm {
  service: string;
  operation: string;
  /** `k=v k2="v 2"` */
  tags: string;
  minDuration: string;
  maxDuration: string;
  errors: boolean;
  /** `1h`; `custom` for start and end. */
  lookback: string;
  /** Microseconds since the epoch, of a custom range. */
  start?: number;
  end?: number;
  limit: number;
  query: string;
  sort: Sort;
  /** Tags shown as columns of the list. */
  columns: string[];
}

export const LOOKBACKS = ['5m', '15m', '30m', '1h', '2h', '3h', '6h', '12h', '24h', '2d'];

export function emptyForm(): SearchForm {
  return {
    service: '',
    operation: '',
    tags: '',
    minDuration: '',
    maxDuration: '',
    errors: false,
    lookback: '1h',
    limit: 20,
    query: '',
    sort: 'start',
    columns: [],
  };
}

export function readForm(search: string): SearchForm {
  const given = new URLSearchParams(search);
  const form = emptyForm();
  for (const key of ['service', 'operation', 'minDuration', 'maxDuration', 'lookback'] as const)
    form[key] = given.get(key) ?? form[key];
  form.query = given.get('q') ?? '';
  form.errors = given.get('errors') === '1';
  form.tags = readTags(given.get('tags') ?? '');
  form.limit = Math.min(MOST_TRACES, Math.max(1, Number(given.get('limit')) || form.limit));
  form.sort = SORTS.find((each) => each === given.get('sort')) ?? form.sort;
  form.columns = (given.get('columns') ?? '').split(',').filter((each) => each !== '');
  const start = Number(given.get('start'));
  const end = Number(given.get('end'));
  if (form.lookback === 'custom' && start > 0 && end > start) Object.assign(form, { start, end });
  else if (!/^\d+[smhd]$/.test(form.lookback)) form.lookback = '1h';
  return form;
}

export function writeForm(form: SearchForm): string {
  const plain = emptyForm();
  const written = new URLSearchParams();
  for (const key of [
    'service',
    'operation',
    'tags',
    'minDuration',
    'maxDuration',
    'lookback',
    'sort',
    'limit',
  ] as const)
    if (form[key] !== plain[key]) written.set(key, String(form[key]));
  if (form.lookback === 'custom') {
    written.set('start', String(form.start ?? ''));
    written.set('end', String(form.end ?? ''));
  }
  if (form.query !== '') written.set('q', form.query);
  if (form.errors) written.set('errors', '1');
  if (form.columns.length > 0) written.set('columns', form.columns.join(','));
  return written.toString();
}

/** Jaeger UI writes tags as a JSON object, people as logfmt. */
function readTags(text: string): string {
  if (!text.startsWith('{')) return text;
  try {
    const tags = JSON.parse(text) as Record<string, unknown>;
    return Object.entries(tags)
      .map(([key, value]) => `${key}=${writeValue(String(value))}`)
      .join(' ');
  } catch {
    return text;
  }
}

/** The form's fields and its query as one query of the query language. */
export function queryOf(form: SearchForm): string {
  const terms: string[] = [];
  if (form.service !== '') terms.push(`service=${writeValue(form.service)}`);
  if (form.operation !== '') terms.push(`operation=${writeValue(form.operation)}`);
  if (form.tags.trim() !== '') terms.push(form.tags.trim());
  const min = parseDuration(form.minDuration);
  const max = parseDuration(form.maxDuration);
  if (min !== undefined) terms.push(`duration>=${min}us`);
  if (max !== undefined) terms.push(`duration<=${max}us`);
  if (form.errors) terms.push('error=true');
  if (form.query.trim() !== '') terms.push(terms.length > 0 ? `(${form.query.trim()})` : form.query.trim());
  return terms.join(' ');
}

/** Microseconds since the epoch. */
export function rangeOf(form: SearchForm, now: number): { start: number; end: number } {
  if (form.start !== undefined && form.end !== undefined) return { start: form.start, end: form.end };
  const [, count = '1', unit = 'h'] = /^(\d+)([smhd])$/.exec(form.lookback) ?? [];
  const seconds = { s: 1, m: 60, h: 3600, d: 86_400 }[unit] ?? 3600;
  // A little of the future: the services' clocks may be ahead.
  return { start: (now - Number(count) * seconds * 1000) * 1000, end: (now + 60_000) * 1000 };
}

/** The length of the time that is searched, without what lies in the future. */
export function secondsOf(form: SearchForm, now: number): number {
  const { start, end } = rangeOf(form, now);
  return Math.max(1, (Math.min(end, now * 1000) - start) / 1e6);
}
