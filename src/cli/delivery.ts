/**
 * Sends a packet of a command's own to where the settings say, once, and tells what came of it.
 * After a span's way: `trace` sends its span so, and `doctor` its test spans.
 */
import { lookup } from 'node:dns/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/config';
import { createCounters } from '../diagnostics/counters';
import { HttpConnection } from '../send/transport/http-connection';
import { watchReceiver } from '../send/transport/receiver-queue';
import { familyOf, UdpConnection } from '../send/transport/udp-connection';
import { type Answer, exchange } from './http-exchange';
import { postOtlp } from './otlp';
import { type Envelope, type PlainSpan, packetOf } from './plain-span';
import type { Effective } from './settings';

/** How long the network may take to say that nobody listens, in milliseconds; loopback says so at once. */
const REFUSAL = 250;

interface UdpOutcome {
  readonly address: string;
  /** A system's code such as ECONNREFUSED; undefined where nothing was heard. */
  readonly error: string | undefined;
  readonly sameMachine: boolean;
  /** The receiver's socket, where the system shows it: packets that it had no room for, and bytes that wait. */
  readonly receiver: { readonly drops: number; readonly queued: number } | undefined;
}

/** The addresses of a host, as the agent would try them. Rejects with the resolver's error. */
export async function addressesOf(host: string): Promise<string[]> {
  if (host === 'localhost') return ['127.0.0.1', '::1'];
  if (familyOf(host) !== 0) return [host];
  return (await lookup(host, { all: true })).map((each) => each.address);
}

/** Sends packets one by one, so that the answer to one shows with the next. */
async function sendUdp(address: string, port: number, packets: readonly Buffer[]): Promise<UdpOutcome> {
  let error: string | undefined;
  const fail = (reason: NodeJS.ErrnoException): void => {
    error ??= reason.code ?? reason.message;
  };
  let connection: UdpConnection;
  try {
    connection = new UdpConnection({ address, port, maxBytes: 65_000, held: true, onError: fail });
  } catch (reason) {
    fail(reason as Error);
    return { address, error, sameMachine: false, receiver: undefined };
  }
  const queue = watchReceiver(connection, address, port, createCounters());
  for (const packet of packets) {
    connection.send(packet, (reason) => reason !== null && fail(reason));
    await delay(REFUSAL / packets.length);
  }
  queue?.look(true);
  connection.close();
  return { address, error, sameMachine: connection.sameMachine, receiver: queue?.seen };
}

/** The first address that doesn't refuse. */
export async function sendToAgent(
  { agentHost, agentPort }: Pick<Config, 'agentHost' | 'agentPort'>,
  packets: readonly Buffer[],
): Promise<UdpOutcome> {
  let first: UdpOutcome | undefined;
  for (const address of await addressesOf(agentHost)) {
    const outcome = await sendUdp(address, agentPort, packets);
    if (outcome.error === undefined) return outcome;
    first ??= outcome;
  }
  return first!;
}

/** Posts a batch to the collector with the settings' credentials and certificates. @throws NoAnswer */
export async function postBatch(config: Config, packet: Buffer): Promise<Answer> {
  const {
    endpoint = '',
    user,
    password,
    authToken,
    headers,
    caFile,
    certFile,
    keyFile,
    timeoutMillis,
  } = config;
  const connection = new HttpConnection({
    url: endpoint,
    headers,
    ...defined({ user, password, token: authToken, caFile, certFile, keyFile }),
  });
  try {
    return await exchange(
      (onResponse) => connection.post(packet.length, false, onResponse),
      timeoutMillis,
      packet,
    );
  } finally {
    connection.close();
  }
}

/** Sends spans to each exporter of the settings. Rejects with what kept them from it. */
export async function deliver(
  { config, env }: Effective,
  serviceName: string,
  spans: readonly PlainSpan[],
): Promise<void> {
  const packet = (envelope: Envelope): Buffer => packetOf(serviceName, spans, envelope);
  for (const exporter of config.exporter) {
    if (exporter === 'otlp') refuse(await postOtlp(env, serviceName, spans, config.timeoutMillis));
    if (exporter !== 'jaeger') continue;
    if (config.endpoint !== undefined) {
      refuse(await postBatch(config, packet('http')));
      continue;
    }
    const { error } = await sendToAgent(config, [packet(config.agentProtocol)]);
    if (error !== undefined) throw new Error(`udp://${config.agentHost}:${config.agentPort}: ${error}`);
  }
}

function refuse({ status }: Answer): void {
  if (status < 200 || status > 299) throw new Error(`it answered ${status}`);
}

function defined<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as any;
}
