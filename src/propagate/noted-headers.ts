/**
 * Keeps headers of a request that samplers decide by, in the context beside the trace.
 * Third station of a span's way: one of the composite's propagators where the settings ask for headers.
 */
import {
  type Context,
  createContextKey,
  type TextMapGetter,
  type TextMapPropagator,
} from '@opentelemetry/api';
import { first } from './header';

const NOTED = createContextKey('tracing-agent noted headers');
/** In characters; a pattern of a rule is short. */
const MOST_VALUE = 1_024;

/** A header of the request that brought `context`, if it is one of the noted. @param name in lower case */
export function notedHeader(context: Context, name: string): string | undefined {
  return (context.getValue(NOTED) as ReadonlyMap<string, string> | undefined)?.get(name);
}

export class NotedHeaders implements TextMapPropagator {
  readonly #names: readonly string[];

  /** @param names in lower case */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  inject(): void {}

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    let noted: Map<string, string> | undefined;
    for (const name of this.#names) {
      const value = first(getter.get(carrier, name));
      if (value === undefined) continue;
      noted ??= new Map();
      noted.set(name, value.slice(0, MOST_VALUE));
    }
    return noted === undefined ? context : context.setValue(NOTED, noted);
  }

  fields(): string[] {
    return [];
  }
}
