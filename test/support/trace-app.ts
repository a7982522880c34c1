/**
 * Starts a real application under the agent, as a user would, and returns the spans it sent.
 * The Jaeger agent is a private UDP socket; packets are decoded with the npm `thrift` package, not with our reader.
 */
import { spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from './cache';
import { type PlainBatch, type PlainTag, readEmitBatch } from './read-batch';
import { serviceEnv } from './services';

export interface SeenSpan {
  service: string;
  processTags: Record<string, unknown>;
  /** 32 hexadecimal digits. */
  traceId: string;
  /** 16 hexadecimal digits. */
  spanId: string;
  /** '0000000000000000' for none. */
  parentSpanId: string;
  name: string;
  tags: Record<string, unknown>;
  logs: { timestamp: number; fields: Record<string, unknown> }[];
  references: { refType: number; traceId: string; spanId: string }[];
  flags: number;
  /** Microseconds since the epoch. */
  startTime: number;
  /** Microseconds. */
  duration: number;
}

export interface TracedRun {
  /** In the order in which they were sent. */
  spans: SeenSpan[];
  stdout: string;
  stderr: string;
  code: number | null;
  signal: string | null;
}

export interface TraceOptions {
  /** Path of the Node.js executable; this process's own by default. */
  node?: string;
  /** Arguments after the fixture. */
  args?: string[];
  /** On top of this process's env without its tracing settings, the agent's address and the services' addresses. */
  env?: Record<string, string>;
  /** How the agent is loaded; 'require' (`-r register.js`) by default. */
  preload?: 'require' | 'import' | 'NODE_OPTIONS' | 'none';
  cwd?: string;
  /** Milliseconds until the application is killed and the call rejects; 30,000 by default. */
  timeout?: number;
}

/** Runs `fixture` (absolute path) to its end. It ends by itself, having closed its clients. */
export async function traceApp(fixture: string, options: TraceOptions = {}): Promise<TracedRun> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
  const packets: Buffer[] = [];
  socket.on('message', (packet) => packets.push(packet));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  try {
    const run = await runApp(fixture, {
      ...options,
      env: {
        ...serviceEnv,
        OTEL_EXPORTER_JAEGER_AGENT_HOST: '127.0.0.1',
        OTEL_EXPORTER_JAEGER_AGENT_PORT: String(socket.address().port),
        ...options.env,
      },
    });
    await drain(socket);
    return { ...run, spans: packets.flatMap((packet) => spansOf(readEmitBatch(packet))) };
  } finally {
    socket.close();
  }
}

/** Runs `fixture` with the agent preloaded and without a receiver: for tests that bring their own. */
export async function runApp(fixture: string, options: TraceOptions = {}): Promise<Omit<TracedRun, 'spans'>> {
  const { flags, env } = preloadFlags(options.preload ?? 'require');
  const child = spawn(options.node ?? process.execPath, [...flags, fixture, ...(options.args ?? [])], {
    cwd: options.cwd ?? repository,
    env: { ...plainEnv(), ...env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  let late = false;
  const timeout = options.timeout ?? 30_000;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, timeout);
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    if (late)
      throw new Error(`${fixture} did not end in ${timeout} ms\nstdout: ${stdout}\nstderr: ${stderr}`);
    return { stdout, stderr, code, signal };
  } finally {
    clearTimeout(timer);
  }
}

/** Node's flags and env that load the agent in that way. */
export function preloadFlags(preload: NonNullable<TraceOptions['preload']>): {
  flags: string[];
  env: Record<string, string>;
} {
  const register = join(repository, 'register.js');
  switch (preload) {
    case 'require':
      return { flags: ['-r', register], env: {} };
    case 'import':
      return { flags: ['--import', pathToFileURL(join(repository, 'register.mjs')).href], env: {} };
    case 'NODE_OPTIONS':
      return { flags: [], env: { NODE_OPTIONS: `--require "${register.replaceAll('\\', '\\\\')}"` } };
    case 'none':
      return { flags: [], env: {} };
  }
}

/** This process's env without what would change tracing or belongs to the test runner. */
export function plainEnv(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (!/^(TRACING_AGENT_|OTEL_|JAEGER_|TRACES_|PACH_|NODE_OPTIONS$|NODE_TEST_|TSX_)/.test(name))
      env[name] = value;
  }
  return env;
}

/** Waits until everything sent to `socket` before now was read: loopback keeps the order in a socket's queue. */
async function drain(socket: Socket): Promise<void> {
  const marker = `end ${process.pid} ${Math.random()}`;
  const seen = new Promise<void>((resolve) => {
    const listener = socket.listeners('message')[0] as (packet: Buffer) => void;
    socket.removeListener('message', listener);
    socket.on('message', (packet) => {
      if (packet.toString('latin1') === marker) resolve();
      else listener(packet);
    });
  });
  const { port } = socket.address();
  // The queue may be full, and then the marker is lost: asked again until it comes back.
  const again = setInterval(() => socket.send(marker, port, '127.0.0.1'), 100);
  socket.send(marker, port, '127.0.0.1');
  await seen;
  clearInterval(again);
}

/** The spans of one batch, each with its process's name and tags, tags as a record. */
export function spansOf(batch: PlainBatch): SeenSpan[] {
  const processTags = record(batch.process.tags);
  return batch.spans.map((span) => ({
    service: batch.process.serviceName,
    processTags,
    traceId: span.traceIdHigh + span.traceIdLow,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    name: span.operationName,
    tags: record(span.tags),
    logs: (span.logs ?? []).map((log) => ({ timestamp: Number(log.timestamp), fields: record(log.fields) })),
    references: (span.references ?? []).map((each) => ({
      refType: each.refType,
      traceId: each.traceIdHigh + each.traceIdLow,
      spanId: each.spanId,
    })),
    flags: span.flags,
    startTime: Number(span.startTime),
    duration: Number(span.duration),
  }));
}

function record(tags: PlainTag[] | undefined): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const tag of tags ?? []) {
    if (tag.key in values) throw new Error(`the tag ${tag.key} was sent twice`);
    values[tag.key] = [tag.vStr, tag.vDouble, tag.vBool, tag.vLong, tag.vBinary][tag.vType];
  }
  return values;
}
