/**
 * Which services, operations, tags and values there are among the spans that are held.
 * After a span's way: Jaeger's lists, and the autocomplete of the page.
 */
import type { TagAnswer } from './api/answers';
import { FIELDS } from './api/query-language';
import { compareTexts, TYPE_NAMES } from './jaeger-trace';
import { eachSpan } from './search';
import { GONE, type Segment } from './segment';
import type { Store } from './store';
import { ERROR, KINDS, kindOf } from './tag-dictionary';

export function services(store: Store): string[] {
  const found = new Set<string>();
  for (const segment of store.segments) {
    if (segment.live === 0) continue;
    for (const { process } of segment.origins) found.add(process.serviceName);
  }
  return [...found].filter((name) => name !== '').sort();
}

interface Operation {
  name: string;
  spanKind: string;
}

/** By name, then kind. */
export async function operations(store: Store, service: string, kind: string): Promise<Operation[]> {
  const found = new Map<string, Operation>();
  const condition = { kind: 'term', field: 'service', operator: '=', value: service } as const;
  let segment: Segment | undefined;
  let known = new Set<number>();
  await eachSpan(
    store,
    { condition, start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY },
    (each, row) => {
      if (each !== segment) {
        segment = each;
        known = new Set();
      }
      const number = each.name[row]! * KINDS.length + kindOf(each.flags[row]!);
      if (known.has(number)) return;
      known.add(number);
      const operation = {
        name: each.names.text(each.name[row]!),
        spanKind: KINDS[kindOf(each.flags[row]!)] ?? '',
      };
      if (kind === '' || kind === operation.spanKind) found.set(JSON.stringify(operation), operation);
    },
  );
  return [...found.values()].sort(
    (a, b) => compareTexts(a.name, b.name) || compareTexts(a.spanKind, b.spanKind),
  );
}

/** Autocomplete must not hold up what is typed, nor packets. */
const TAGS_MILLISECONDS = 20;

/** From the newest spans, as far as the time reaches. */
export function tags(
  store: Store,
  asked: { key: string; service: string; prefix: string; limit: number },
): TagAnswer {
  const counts = new Map<string, { type: string; count: number }>();
  const { key, service } = asked;
  const prefix = asked.prefix.toLowerCase();
  const add = (text: string, type: string) => {
    const known = counts.get(text);
    if (known !== undefined) known.count++;
    else if (text.toLowerCase().includes(prefix)) counts.set(text, { type, count: 1 });
  };
  const deadline = performance.now() + TAGS_MILLISECONDS;
  let complete = true;
  search: for (const segment of [...store.segments].reverse()) {
    const { tags: dictionary } = segment;
    for (let row = segment.count - 1; row >= 0; row--) {
      if (segment.trace[row] === GONE) continue;
      if (row % 64 === 0 && performance.now() > deadline) {
        complete = false;
        break search;
      }
      const { process } = segment.origins[segment.origin[row]!]!;
      if (service !== '' && process.serviceName !== service) continue;
      if (key === 'service') add(process.serviceName, '');
      else if (key === 'operation' || key === 'name') add(segment.names.text(segment.name[row]!), '');
      else if (key === 'kind') add(KINDS[kindOf(segment.flags[row]!)] ?? '', '');
      else if (key === 'error') add((segment.flags[row]! & ERROR) === 0 ? 'false' : 'true', '');
      else {
        for (let index = segment.tagStart[row]!; index < segment.tagStart[row + 1]!; index++) {
          const tag = segment.tagList[index]!;
          const name = dictionary.keys[dictionary.key[tag]!]!;
          if (key === '') add(name, TYPE_NAMES[dictionary.type[tag]!]!);
          else if (key === name) add(dictionary.text(tag), '');
        }
        for (const each of process.tags) {
          if (key === '') add(each.key, TYPE_NAMES[each.type]!);
          else if (key === each.key) add(String(each.value), '');
        }
      }
    }
  }
  const sorted = [...counts].sort(([a, one], [b, other]) => other.count - one.count || compareTexts(a, b));
  if (key !== '')
    return { data: sorted.slice(0, asked.limit).map(([value, { count }]) => ({ value, count })), complete };
  const fields = FIELDS.filter((field) => field.toLowerCase().includes(prefix)).map((field) => ({
    key: field as string,
    type: 'field',
    count: 0,
  }));
  const keys = sorted.map(([name, { type, count }]) => ({ key: name, type, count }));
  return { data: [...fields, ...keys].slice(0, asked.limit), complete };
}
