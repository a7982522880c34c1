/**
 * Where spans come in: UDP packets of agents' clients, batches posted to a collector's port, and OTLP over HTTP.
 * After a span's way: it ends here, in the viewer's store. Whatever comes is stored, or counted as refused with a reason.
 */
import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import type { Agents } from './agents';
import type { Source } from './api/answers';
import { writeBatch } from './batch-writer';
import { clip, HttpError, readBody, sendJson } from './http-server';
import type { Intake } from './intake';
import { batchesOfOtlp, type OtlpRequest } from './otlp';
import type { Store } from './store';
import type { TraceFile } from './trace-file';

/** A collector takes 64 MB at most as well, of what is unpacked. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024;
/** Asked for; a kernel gives less where `net.core.rmem_max` is lower. */
const RECEIVE_BUFFER_BYTES = 16 * 1024 * 1024;

export class Receivers {
  file: TraceFile | undefined;

  constructor(
    private readonly store: Store,
    private readonly agents: Agents,
    private readonly intake: Intake,
  ) {}

  /** Stores a packet or a batch; @throws where it is none */
  take(bytes: Uint8Array, isMessage: boolean, source: Source, ip: string): number {
    const batch = this.store.take(bytes, isMessage);
    this.agents.note(batch, source, ip, bytes.length);
    this.file?.add(bytes, isMessage, this.store.currentNumber);
    return batch.to - batch.from;
  }

  packet(packet: Buffer, source: Source, from: string): void {
    try {
      this.take(packet, true, source, from);
    } catch (error) {
      this.malformed(error, from, source, packet.length);
    }
  }

  /** `POST /api/traces` of a collector. */
  async collector(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    if (url.pathname !== '/api/traces') throw new HttpError(404, `nothing is at ${clip(url.pathname)}`);
    post(request);
    const type = contentType(request);
    if (!['application/x-thrift', 'application/vnd.apache.thrift.binary'].includes(type))
      throw new HttpError(415, `the content type ${clip(type)}, where application/x-thrift is read`);
    await this.body(request, 'http', (body, ip) => {
      this.take(body, false, 'http', ip);
    });
    response.writeHead(202).end();
  }

  /** `POST /v1/traces` of an OTLP receiver. */
  async otlp(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    if (url.pathname !== '/v1/traces') throw new HttpError(404, `nothing is at ${clip(url.pathname)}`);
    post(request);
    const type = contentType(request);
    const isJson = type === 'application/json';
    if (!isJson && type !== 'application/x-protobuf')
      throw new HttpError(415, `the content type ${clip(type)}, where protobuf or JSON is read`);
    let rejected = 0;
    await this.body(request, 'otlp', (body, ip) => {
      // Read with the first such body: the protobuf library is of no use to others.
      const read: typeof import('./otlp-protobuf').readOtlpProtobuf = isJson
        ? (bytes) => JSON.parse(Buffer.from(bytes).toString('utf8')) as OtlpRequest
        : require('./otlp-protobuf').readOtlpProtobuf;
      const translated = batchesOfOtlp(read(body) ?? {});
      rejected = translated.rejected;
      for (const batch of translated.batches) this.take(writeBatch(batch), false, 'otlp', ip);
    });
    if (rejected > 0) {
      const why = `${rejected} spans without a valid trace or span id`;
      this.intake.refuse('malformed', { from: address(request), port: 'otlp', bytes: 0, why });
    }
    const partial = { rejectedSpans: String(rejected), errorMessage: 'spans without valid ids' };
    if (isJson) sendJson(response, rejected > 0 ? { partialSuccess: partial } : {});
    else response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(partialBytes(rejected));
  }

  private async body(
    request: IncomingMessage,
    port: Source,
    read: (body: Buffer, ip: string) => void,
  ): Promise<void> {
    const from = address(request);
    let bytes = Number(request.headers['content-length'] ?? 0);
    try {
      const body = await readBody(request, MAX_BODY_BYTES);
      bytes = body.length;
      read(body, from);
    } catch (error) {
      if (error instanceof HttpError && error.status === 413) {
        this.intake.refuse('tooLarge', { from, port, bytes, why: error.message });
        throw error;
      }
      if (error instanceof HttpError && error.status === 415) throw error;
      this.malformed(error, from, port, bytes);
      throw new HttpError(400, `no batch of spans: ${(error as Error).message}`);
    }
  }

  private malformed(error: unknown, from: string, port: string, bytes: number): void {
    const why = error instanceof Error ? error.message : String(error);
    this.intake.refuse('malformed', { from, port, bytes, why });
  }
}

/** The protobuf of a response with `partial_success.rejected_spans`; nothing where none was. */
function partialBytes(rejected: number): Buffer {
  if (rejected === 0) return Buffer.alloc(0);
  const varint: number[] = [];
  for (let rest = rejected; ; rest = Math.floor(rest / 128)) {
    varint.push(rest < 128 ? rest : (rest % 128) | 0x80);
    if (rest < 128) break;
  }
  return Buffer.from([0x0a, varint.length + 1, 0x08, ...varint]);
}

function post(request: IncomingMessage): void {
  if (request.method !== 'POST')
    throw new HttpError(405, `${clip(request.method)}, where only POST is answered`);
}

function contentType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
}

function address(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? '';
}

interface UdpReceiver {
  port: number;
  close(): Promise<void>;
}

/** Rejects where the port is taken. */
export function listenUdp(
  host: string,
  port: number,
  onPacket: (packet: Buffer, from: string) => void,
): Promise<UdpReceiver> {
  const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4');
  socket.on('message', (packet, { address: from }) => onPacket(packet, from));
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, host, () => {
      socket.off('error', reject);
      socket.on('error', () => {});
      try {
        socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
      } catch {
        // Some systems refuse what they can't give in full; theirs stays.
      }
      resolve({
        port: socket.address().port,
        close: () => new Promise((done) => socket.close(() => done())),
      });
    });
  });
}

/** Packets that Linux dropped at sockets of these ports since those were opened; 0 elsewhere. */
export async function kernelDrops(ports: readonly number[]): Promise<number> {
  if (process.platform !== 'linux' || ports.length === 0) return 0;
  const wanted = new Set(ports.map((port) => port.toString(16).toUpperCase().padStart(4, '0')));
  let dropped = 0;
  for (const table of ['/proc/net/udp', '/proc/net/udp6']) {
    const text = await readFile(table, 'utf8').catch(() => '');
    for (const line of text.split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      const port = columns[1]?.split(':')[1];
      if (port !== undefined && wanted.has(port)) dropped += Number(columns.at(-1)) || 0;
    }
  }
  return dropped;
}
