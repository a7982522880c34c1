/**
 * Starts the viewer: receivers, store, API and page in this process, each address optional, all on loopback by default.
 * After a span's way: where a developer sees it.
 */
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { VERSION } from '../version';
import { Agents } from './agents';
import type { Addresses, Counters, MemoryUse } from './api/answers';
import { clip, HttpError, type HttpOptions, sendJson } from './http-server';
import { Intake } from './intake';
import { jaegerApi } from './jaeger-api';
import { Listeners } from './listeners';
import { Live } from './live';
import { type PageParts, pageApi } from './page-api';
import { servePage } from './page-files';
import { kernelDrops, Receivers } from './receivers';
import { Store } from './store';
import { Strategies } from './strategies';
import { TraceFile } from './trace-file';

/** Each may be left out. Ports are Jaeger's unless given; 0 takes a free one, false switches the receiver off. */
export interface ViewerOptions {
  /** The address to listen on; 127.0.0.1. */
  host?: string;
  /** Names by which browsers may ask beside `localhost`. */
  allowedHosts?: string[];
  queryPort?: number;
  compactPort?: number | false;
  binaryPort?: number | false;
  httpPort?: number | false;
  otlpPort?: number | false;
  samplingPort?: number | false;
  /** Memory for traces; 256 MB. */
  maxBytes?: number;
  /** Keeps traces in this SQLite file. */
  file?: string;
  /** A file of sampling strategies, as Jaeger reads it. */
  strategies?: string;
  /** A file of patterns that make links of tags, as Jaeger UI's configuration holds them. */
  links?: string;
  /** The folder of the built page; `viewer-ui` beside this file. */
  page?: string;
}

export interface Viewer {
  readonly addresses: Addresses;
  readonly counters: Readonly<Counters>;
  /** Spans and traces that are held at present. */
  readonly spans: number;
  readonly traces: number;
  close(): Promise<void>;
}

const MAX_BYTES = 256 * 1024 * 1024;
const LEAST_BYTES = 1024 * 1024;
const DROPS_MILLISECONDS = 1000;

/** Rejects where an address is taken, naming it, or the file can't be opened; nothing is left open then. */
export async function startViewer(options: ViewerOptions = {}): Promise<Viewer> {
  const host = options.host ?? '127.0.0.1';
  const maxBytes = Math.max(LEAST_BYTES, options.maxBytes ?? MAX_BYTES);
  const intake = new Intake();
  const { counters } = intake;
  const agents = new Agents(counters);
  const strategies = new Strategies(options.strategies);
  const file = options.file === undefined ? undefined : new TraceFile(options.file, counters);
  const store = new Store(counters, maxBytes, (first, cut) => file?.evicted(first, cut));
  file?.load(store);
  const receivers = new Receivers(store, agents, intake);
  receivers.file = file;
  const addresses: Addresses = {
    query: '',
    compact: null,
    binary: null,
    http: null,
    otlp: null,
    sampling: null,
  };
  const memory = (): MemoryUse => ({
    bytes: store.bytes,
    maxBytes,
    spans: store.spans,
    traces: store.traces,
    file: options.file ?? null,
  });
  const live = new Live(
    store,
    () => ({ counters, memory: memory() }),
    () => ({ addresses, version: VERSION }),
  );
  const parts: PageParts = {
    store,
    agents,
    intake,
    receivers,
    live,
    strategies,
    links: options.links,
    addresses: () => ({ ...addresses }),
    memory,
  };
  const listeners = new Listeners({
    host,
    allowedHosts: (options.allowedHosts ?? []).map((each) => each.toLowerCase()),
    intake,
  });
  const drops = setInterval(() => {
    void kernelDrops(listeners.udpPorts).then((dropped) => {
      counters.kernelDropped = dropped;
    });
  }, DROPS_MILLISECONDS);
  drops.unref();
  const close = async () => {
    clearInterval(drops);
    live.close();
    await listeners.close();
    file?.close();
  };

  try {
    await open(options, listeners, parts, addresses);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    addresses,
    counters,
    get spans() {
      return store.spans;
    },
    get traces() {
      return store.traces;
    },
    close,
  };
}

/** Opens what the options name, and notes where: the page last, since it shows the other addresses. */
async function open(
  options: ViewerOptions,
  listeners: Listeners,
  parts: PageParts,
  addresses: Addresses,
): Promise<void> {
  const packet = (source: 'udp-compact' | 'udp-binary', port: number) =>
    listeners.udp(source, port, (bytes, from) => receivers.packet(bytes, source, from));
  const receive = (name: string, port: number, handle: HttpOptions['handle']) =>
    listeners.http(name, port, { handle, anyHost: true });
  const { compactPort = 6831, binaryPort = 6832, httpPort = 14268, otlpPort = 4318 } = options;
  const { samplingPort = 5778, queryPort = 16686, page = join(__dirname, 'viewer-ui') } = options;
  const { receivers, strategies, store } = parts;
  if (compactPort !== false) addresses.compact = await packet('udp-compact', compactPort);
  if (binaryPort !== false) addresses.binary = await packet('udp-binary', binaryPort);
  if (httpPort !== false) {
    const url = await receive('http', httpPort, (...asked) => receivers.collector(...asked));
    addresses.http = `${url}/api/traces`;
  }
  if (otlpPort !== false) {
    const url = await receive('otlp', otlpPort, (...asked) => receivers.otlp(...asked));
    addresses.otlp = `${url}/v1/traces`;
  }
  if (samplingPort !== false) {
    const url = await receive('sampling', samplingPort, (_, ...asked) => sampling(strategies, ...asked));
    addresses.sampling = `${url}/sampling`;
  }
  const handle: HttpOptions['handle'] = async (request, response, url) => {
    if (await pageApi(parts, request, response, url)) return;
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw new HttpError(405, `${clip(request.method)}, where only GET is answered`);
    if (!url.pathname.startsWith('/api/')) return servePage(page, url.pathname, response);
    if (!(await jaegerApi(store, response, url)))
      throw new HttpError(404, `nothing is at ${clip(url.pathname)}`);
  };
  addresses.query = await listeners.http('query', queryPort, { handle, anyHost: false });
}

function sampling(strategies: Strategies, response: ServerResponse, url: URL): void {
  // An agent serves it at / as well.
  if (url.pathname !== '/sampling' && url.pathname !== '/')
    throw new HttpError(404, `nothing is at ${clip(url.pathname)}`);
  const service = url.searchParams.get('service') ?? '';
  if (service === '') throw new HttpError(400, "'service' parameter must be provided once");
  sendJson(response, strategies.for(service));
}
