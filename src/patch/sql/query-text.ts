/**
 * What a span says about a query, read once for each text and kept for the next time the application sends it.
 * Second station of a span's way; the SQL patches ask here, and a repeated query costs one look-up.
 */
import type { Attributes, Context, Span } from '@opentelemetry/api';
import type { Tools } from '../instrumentation';
import type { Peer } from './peer';
import { type Dialect, LONGEST_TEXT, QueryScanner } from './scan-query';

/** Texts of one generation; two are kept, so that what is asked for again survives and the rest is forgotten. */
const GENERATION = 500;

/**
 * Places for the texts that came last, by their length: a text that the application puts together for each query would
 * have to be hashed to be found, which costs 2,000 instructions, and to compare it with one text costs 100.
 */
const PLACES = 64;

/** Databases that one text is remembered for; few applications send it to more of them in turns. */
const MOST_PEERS = 4;

/** A text that was sent to a database, and what the spans of it share from the second time on. */
interface Sent {
  readonly peer: Peer;
  attributes: Attributes | undefined;
}

interface Place {
  readonly query: string;
  readonly text: QueryText;
  /** It was asked for since it came here. */
  again: boolean;
}

/** A query without its values: a span's name and what its attributes are made of. */
export class QueryText {
  /** `db.query.text`: the text without literal values and comments, at most 4,096 characters. */
  readonly text: string;
  /** `db.query.summary`: operations and targets, at most 255 characters; empty where none was recognised. */
  readonly summary: string;
  /** `db.operation.name`: the operation, where there is exactly one. */
  readonly operation: string | undefined;
  /** `db.collection.name`: the target, where there are exactly one operation and one target. */
  readonly collection: string | undefined;
  /** Whether the one operation is SELECT, so that the rows of its result are the rows returned. */
  readonly selects: boolean;
  #sent: Sent[] | undefined;

  constructor(query: string, dialect: Dialect) {
    const scanner = new QueryScanner(query, dialect);
    this.text = scanner.read();
    this.summary = scanner.summary.text;
    this.operation = scanner.summary.operation;
    this.collection = scanner.summary.collection;
    this.selects = this.operation?.toUpperCase() === 'SELECT';
  }

  /** The attributes of a span of this query to `peer`: a new object, which may become the span's own. */
  attributes(peer: Peer): Attributes {
    const attributes: Attributes = { ...peer.attributes };
    if (this.operation !== undefined) attributes['db.operation.name'] = this.operation;
    if (this.collection !== undefined) attributes['db.collection.name'] = this.collection;
    if (this.summary !== '') attributes['db.query.summary'] = this.summary;
    if (this.text !== '') attributes['db.query.text'] = this.text;
    return attributes;
  }

  /** The same, always the same object; undefined for the first time: a text with values in it doesn't come again. */
  shared(peer: Peer): Attributes | undefined {
    this.#sent ??= [];
    for (const each of this.#sent) {
      if (each.peer !== peer) continue;
      each.attributes ??= this.attributes(peer);
      return each.attributes;
    }
    if (this.#sent.length < MOST_PEERS) this.#sent.push({ peer, attributes: undefined });
    return undefined;
  }
}

/**
 * Starts the span of a query to `peer`; its name is the query's summary.
 * @param under the active context, where it is known
 */
export function startQuery(tools: Tools, text: QueryText, peer: Peer, under?: Context): Span | undefined {
  const name = text.summary !== '' ? text.summary : peer.system;
  const shared = text.shared(peer);
  return shared === undefined
    ? tools.startClientSpan(name, text.attributes(peer), undefined, under)
    : tools.startClientSpan(name, undefined, shared, under);
}

/** The texts of one dialect that were read lately; longer ones than 4,096 characters are read each time. */
export class QueryTexts {
  readonly #dialect: Dialect;
  readonly #last: (Place | undefined)[] = new Array(PLACES).fill(undefined);
  #young = new Map<string, QueryText>();
  #old = new Map<string, QueryText>();

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  get(query: string): QueryText {
    const at = query.length % PLACES;
    const last = this.#last[at];
    if (last !== undefined && last.query === query) {
      last.again = true;
      return last.text;
    }
    if (query.length > LONGEST_TEXT) return new QueryText(query, this.#dialect);
    // What was found in its place wasn't asked for where the others are.
    if (last?.again) this.#keep(last.query, last.text);
    const known = this.#young.get(query);
    const text = known ?? this.#old.get(query) ?? new QueryText(query, this.#dialect);
    if (known === undefined) this.#keep(query, text);
    this.#last[at] = { query, text, again: false };
    return text;
  }

  #keep(query: string, text: QueryText): void {
    if (this.#young.size >= GENERATION && !this.#young.has(query)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(query, text);
  }

  /** Texts kept now, beside those in their places; at most twice a generation. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }
}
