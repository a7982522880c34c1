/**
 * A real Jaeger v2 of one test file: all receivers and the query API on free ports, in memory.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { repository } from './cache';
import { jaegerBinary } from './jaeger-binary';
import { plainEnv, type SeenSpan } from './trace-app';

/** A span as Jaeger's query API shows it. */
export type StoredSpan = Omit<SeenSpan, 'flags'>;

export interface Jaeger {
  /** UDP: Thrift compact, and Thrift binary. */
  compactPort: number;
  binaryPort: number;
  /** `http://127.0.0.1:…/api/traces` */
  collectorUrl: string;
  /** `http://127.0.0.1:…`, without a path. */
  queryUrl: string;
  /** `http://127.0.0.1:…/sampling` */
  samplingUrl: string;
  otlpUrl: string;
  /** The trace once it has at least `count` spans; rejects with what is there after `timeout` ms (20,000). */
  findTrace(traceId: string, count: number, timeout?: number): Promise<StoredSpan[]>;
  /** The traces that `service` takes part in, once there is at least one and together they have `count` spans. */
  findTracesOf(service: string, count: number, timeout?: number): Promise<StoredSpan[][]>;
  stop(): Promise<void>;
}

const PORTS = [
  'COMPACT_PORT',
  'BINARY_PORT',
  'COLLECTOR_PORT',
  'QUERY_PORT',
  'QUERY_GRPC_PORT',
  'SAMPLING_PORT',
  'SAMPLING_GRPC_PORT',
  'HEALTH_PORT',
  'OTLP_GRPC_PORT',
  'OTLP_HTTP_PORT',
] as const;
type Ports = Record<(typeof PORTS)[number], string>;

/**
 * Starts Jaeger and waits until it is healthy. The caller stops it (`after(() => jaeger.stop())`).
 * @param more names a file beside config.yaml, which Jaeger puts over it
 */
export async function startJaeger(env: Record<string, string> = {}, more?: string): Promise<Jaeger> {
  const files = ['config.yaml', ...(more === undefined ? [] : [more])];
  const configs = files.flatMap((name) => ['--config', join(repository, 'test/jaeger/server', name)]);
  for (let attempt = 1; ; attempt++) {
    const ports = await freePorts();
    const child = spawn(jaegerBinary, configs, {
      // Jaeger would trace itself, to an OTLP receiver that isn't there.
      env: { ...plainEnv(), OTEL_TRACES_SAMPLER: 'always_off', ...env, ...ports },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    // A test file that ends early, however, leaves no Jaeger behind.
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    let log = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-8000);
    });
    if (await healthy(child, ports.HEALTH_PORT)) return handle(child, ports, () => log);
    await stop(child);
    // Another process may have taken one of the ports between asking for them and Jaeger's start.
    if (attempt === 3) throw new Error(`Jaeger did not start: ${log}`);
  }
}

function handle(child: ChildProcess, ports: Ports, log: () => string): Jaeger {
  const at = (port: string) => `http://127.0.0.1:${port}`;
  const queryUrl = at(ports.QUERY_PORT);
  const read = async (path: string): Promise<StoredSpan[][]> => {
    const response = await fetch(queryUrl + path);
    const body = (await response.json()) as { data: ApiTrace[] | null };
    return (body.data ?? []).map(storedSpans);
  };
  const poll = async (path: string, count: number, timeout = 20_000): Promise<StoredSpan[][]> => {
    for (const end = Date.now() + timeout; ; ) {
      const traces = await read(path);
      const seen = traces.reduce((sum, trace) => sum + trace.length, 0);
      if (seen >= count && seen > 0) return traces;
      if (Date.now() > end) {
        const names = traces.map((trace) =>
          trace.map((span) => `${span.service}: ${span.name}`).slice(0, 20),
        );
        const errors = log().match(/^.*\terror\t.*$/gm) ?? [];
        throw new Error(
          `${path}: ${seen} of ${count} spans after ${timeout} ms: ${JSON.stringify(names)}; Jaeger: ${errors.slice(-3).join('\n')}`,
        );
      }
      await delay(50);
    }
  };
  return {
    compactPort: Number(ports.COMPACT_PORT),
    binaryPort: Number(ports.BINARY_PORT),
    collectorUrl: `${at(ports.COLLECTOR_PORT)}/api/traces`,
    queryUrl,
    samplingUrl: `${at(ports.SAMPLING_PORT)}/sampling`,
    otlpUrl: at(ports.OTLP_HTTP_PORT),
    findTrace: async (traceId, count, timeout) =>
      (await poll(`/api/traces/${traceId}`, count, timeout)).flat(),
    findTracesOf: (service, count, timeout) =>
      poll(`/api/traces?service=${encodeURIComponent(service)}&limit=1000`, count, timeout),
    stop: () => stop(child),
  };
}

/** Whether Jaeger says that all of its parts run; false once it exited or said nothing for 20 seconds. */
async function healthy(child: ChildProcess, port: string): Promise<boolean> {
  let failed = false;
  child.once('error', () => {
    failed = true;
  });
  for (const end = Date.now() + 20_000; Date.now() < end; await delay(50)) {
    if (failed || child.exitCode !== null || child.signalCode !== null) return false;
    try {
      if ((await fetch(`http://127.0.0.1:${port}/status`)).ok) return true;
    } catch {
      // Not listening yet.
    }
  }
  return false;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  // In memory, nothing to save: SIGTERM would wait for its tracer's connection.
  child.kill('SIGKILL');
  await exited;
}

/** A port for each name, free for TCP and UDP when asked, all different. */
async function freePorts(): Promise<Ports> {
  const found: Partial<Ports> = {};
  const held: (() => Promise<unknown>)[] = [];
  for (const name of PORTS) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    held.push(() => once(server.close(), 'close'));
    const { port } = server.address() as AddressInfo;
    const socket = createSocket('udp4').bind(port, '127.0.0.1');
    await once(socket, 'listening');
    held.push(() => once(socket.close(), 'close'));
    found[name] = String(port);
  }
  await Promise.all(held.map((release) => release()));
  return found as Ports;
}

interface ApiTag {
  key: string;
  value: unknown;
}
interface ApiTrace {
  spans: {
    traceID: string;
    spanID: string;
    operationName: string;
    references: { refType: 'CHILD_OF' | 'FOLLOWS_FROM'; traceID: string; spanID: string }[];
    startTime: number;
    duration: number;
    tags: ApiTag[];
    logs: { timestamp: number; fields: ApiTag[] }[];
    processID: string;
  }[];
  processes: Record<string, { serviceName: string; tags?: ApiTag[] }>;
}

/** Jaeger keeps a parent as a CHILD_OF reference; it is told apart again here, as it was sent. */
function storedSpans(trace: ApiTrace): StoredSpan[] {
  return trace.spans.map((span) => {
    const parent = span.references.find(
      (each) => each.refType === 'CHILD_OF' && each.traceID === span.traceID,
    );
    const origin = trace.processes[span.processID];
    return {
      service: origin?.serviceName ?? '',
      processTags: record(origin?.tags ?? []),
      traceId: span.traceID,
      spanId: span.spanID,
      parentSpanId: parent?.spanID ?? '0000000000000000',
      name: span.operationName,
      tags: record(span.tags),
      logs: span.logs.map((log) => ({ timestamp: log.timestamp, fields: record(log.fields) })),
      references: span.references
        .filter((each) => each !== parent)
        .map((each) => ({
          refType: each.refType === 'CHILD_OF' ? 0 : 1,
          traceId: each.traceID,
          spanId: each.spanID,
        })),
      startTime: span.startTime,
      duration: span.duration,
    };
  });
}

function record(tags: ApiTag[]): Record<string, unknown> {
  return Object.fromEntries(tags.map((tag) => [tag.key, tag.value]));
}
