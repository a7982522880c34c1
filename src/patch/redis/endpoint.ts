/**
 * Holds the attributes that all spans of one Redis connection share, and the finished attributes of its hot commands.
 * Second station of a span's way: makes a command that was seen before cost one look-up.
 */
import type { Attributes, Context, Span } from '@opentelemetry/api';
import type { Tools } from '../instrumentation';
import { type Batch, operationName, queryText } from './statement';

export const DEFAULT_PORT = 6379;

/** Where commands go, as far as the client tells. */
interface Place {
  /** As configured: host, unix socket path, or a list `host:port,host:port`. */
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  /** The database's index. */
  readonly database?: number | undefined;
  /** The node behind `address`, where it says more than `address` does. */
  readonly peerAddress?: string | undefined;
  readonly peerPort?: number | undefined;
}

/** What a span is started with. */
interface Statement {
  readonly name: string;
  readonly attributes: Attributes;
  /** Its attributes serve the spans of many commands: nobody may change them. */
  kept: boolean;
}

/** @param under the active context, where it is known */
export function startStatement(
  tools: Tools,
  { name, attributes, kept }: Statement,
  under?: Context,
): Span | undefined {
  return kept
    ? tools.startClientSpan(name, undefined, attributes, under)
    : tools.startClientSpan(name, attributes, undefined, under);
}

/** Connections of a pool or a cluster share an endpoint each; a client that reconnects to ever new peers must not leak. */
const MOST_ENDPOINTS = 500;
/** Command names, and arguments a command, up to which finished attributes are kept. */
const MOST_COMMANDS = 300;
const MOST_ARGUMENTS = 16;

const endpoints = new Map<string, Endpoint>();

export function endpointAt(place: Place): Endpoint {
  const { address, port, database, peerAddress, peerPort } = place;
  const key = `${address} ${port} ${database} ${peerAddress} ${peerPort}`;
  let endpoint = endpoints.get(key);
  if (endpoint === undefined) {
    if (endpoints.size >= MOST_ENDPOINTS) endpoints.clear();
    endpoint = new Endpoint(place);
    endpoints.set(key, endpoint);
  }
  return endpoint;
}

export class Endpoint {
  readonly #shared: Attributes;
  /** Command as the client names it → by number of arguments. */
  readonly #statements = new Map<string, Statement[]>();

  constructor(place: Place) {
    const shared: Attributes = { 'db.system.name': 'redis' };
    if (place.database !== undefined) shared['db.namespace'] = String(place.database);
    if (place.address !== undefined) {
      shared['server.address'] = place.address;
      if (place.port !== undefined && place.port !== DEFAULT_PORT) shared['server.port'] = place.port;
    }
    if (place.peerAddress !== undefined) {
      shared['network.peer.address'] = place.peerAddress;
      if (place.peerPort !== undefined) shared['network.peer.port'] = place.peerPort;
    }
    this.#shared = shared;
  }

  /** @param command the name in any case */
  statement(command: string, argumentCount: number): Statement {
    const known = this.#statements.get(command);
    return known?.[argumentCount] ?? this.#make(command, argumentCount, known);
  }

  #make(command: string, argumentCount: number, known: Statement[] | undefined): Statement {
    const operation = operationName(command);
    const statement = this.#describe(operation, operation === '' ? '' : queryText(operation, argumentCount));
    if (argumentCount > MOST_ARGUMENTS) return statement;
    let byCount = known;
    if (byCount === undefined) {
      if (this.#statements.size >= MOST_COMMANDS) return statement;
      byCount = [];
      this.#statements.set(command, byCount);
    }
    byCount[argumentCount] = statement;
    statement.kept = true;
    return statement;
  }

  /** A batch of one is described as that command, as the conventions want it. */
  batch(batch: Batch): Statement {
    const statement = this.#describe(batch.operation, batch.text);
    if (batch.size !== 1) statement.attributes['db.operation.batch.size'] = batch.size;
    return statement;
  }

  /** @param operation empty for what can't be a command's name */
  #describe(operation: string, text: string): Statement {
    const attributes: Attributes = { ...this.#shared };
    if (operation !== '') attributes['db.operation.name'] = operation;
    if (text !== '') attributes['db.query.text'] = text;
    return { name: operation || 'redis', attributes, kept: false };
  }
}
