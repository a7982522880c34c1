/**
 * Collects ended spans into packets, encoded as they come, and hands full ones to the transport in the same tick.
 * Sixth station of a span's way: between the SDK's `onEnd` and the network; bounded in spans and bytes.
 *
 * A span is encoded at once, so that the span and what it references are free when `onEnd` returns: what waits is
 * bytes in a reused buffer. What waits is bounded; what the transport has given to the network waits no more.
 */
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { contained, fault } from '../../diagnostics/contain';
import type { Counters } from '../../diagnostics/counters';
import { report } from '../../diagnostics/log';
import { BatchPacket } from '../encode/batch-packet';
import { shortenProcess } from '../encode/shorten-process';
import { shortenSpan } from '../encode/shorten-span';
import type { LossCause, Transport } from '../transport/transport';

export interface SpanBatcherOptions {
  readonly transport: Transport;
  readonly counters: Counters;
  /** The Thrift bytes of Jaeger's Process for a resource. */
  readonly encodeProcess: (resource: Resource) => Uint8Array;
  /** Spans in one packet at most. */
  readonly maxBatchSize: number;
  /** Bounds of what waits for the transport, in spans and bytes. */
  readonly maxQueueSize: number;
  readonly maxQueueBytes: number;
}

/** Spare packets kept for reuse: as many buffers as a burst needs again soon. */
const MOST_SPARE = 4;

export class SpanBatcher {
  readonly #options: SpanBatcherOptions;
  readonly #transport: Transport;
  readonly #counters: Counters;
  /** Thrift's Process for each resource seen; one, but for an exporter that serves several providers. */
  #processes = new WeakMap<Resource, Uint8Array>();
  #resource: Resource | undefined;
  #process: Uint8Array = new Uint8Array();
  #packet: BatchPacket | undefined;
  #spare: BatchPacket[] = [];
  /** The transport's, when the spare packets were made. */
  #maxBytes: number;
  #sequence = 0;
  /** Packets that the transport is not done with. */
  #underWay = 0;
  /** Spans of those that the network has not taken. */
  #queuedSpans = 0;
  /** Memory of all of those. */
  #queuedBytes = 0;
  #idle: (() => void)[] = [];
  /** While a span is being encoded, which may run code of the application: a getter, a `toJSON`. */
  #encoding = false;

  constructor(options: SpanBatcherOptions) {
    this.#options = options;
    this.#transport = options.transport;
    this.#counters = options.counters;
    this.#maxBytes = options.transport.maxBytes;
  }

  /** Spans that wait for more, before they are sent. */
  get pending(): number {
    return this.#packet?.spanCount ?? 0;
  }

  /** Adds one span; a packet that is full because of it goes out now. */
  append(span: ReadableSpan): void {
    this.#counters.ended++;
    this.#add(span);
  }

  /** A span that ended while this part rests, after failures. */
  leaveOut(): void {
    this.#counters.ended++;
    this.#counters.droppedByFault++;
  }

  /** A span that ended when nothing is sent any more. */
  late(): void {
    this.#counters.ended++;
    this.#counters.droppedAtShutdown++;
  }

  /** Hands what has been collected to the transport. Never throws. */
  flush(): void {
    try {
      this.#flush();
    } catch (error) {
      // What is in the packet can't be had any more.
      this.#counters.droppedByFault += this.#packet?.spanCount ?? 0;
      this.#packet = undefined;
      fault('batch', error);
    }
  }

  #flush(): void {
    const packet = this.#packet;
    if (packet === undefined || packet.spanCount === 0 || this.#encoding) return;
    const spans = packet.spanCount;
    const counters = this.#counters;
    if (!this.#hasRoom(spans, packet.byteLength)) {
      packet.reset();
      counters.droppedQueueFull += spans;
      report('TA_QUEUE_FULL', { count: counters.droppedQueueFull });
      return;
    }
    const finished = packet.finish({
      seqNo: ++this.#sequence,
      stats: {
        fullQueueDroppedSpans: counters.droppedQueueFull,
        tooLargeDroppedSpans: counters.droppedTooLarge,
        failedToEmitSpans:
          counters.droppedRefused +
          counters.droppedRejected +
          counters.droppedReceiverFull +
          counters.droppedUnresolved +
          counters.droppedUnencodable +
          counters.droppedAtShutdown +
          counters.droppedByFault,
      },
    });
    if (this.#queuedSpans > 0 && finished.length * 2 < finished.buffer.byteLength) {
      // It will wait, and its buffer is mostly empty: what waits costs what it says.
      const copy = Buffer.allocUnsafeSlow(finished.length);
      copy.set(finished);
      packet.reset();
      this.#send(copy, spans, undefined);
    } else {
      this.#packet = undefined;
      this.#send(finished, spans, packet);
    }
  }

  /** Calls back when nothing waits and nothing is under way. */
  whenIdle(callback: () => void): void {
    this.flush();
    if (this.#underWay === 0) callback();
    else this.#idle.push(callback);
  }

  /** The network reported that these spans, counted as sent, reached nobody. */
  refused(spans: number): void {
    const counted = Math.min(spans, this.#counters.sent);
    this.#counters.sent -= counted;
    this.#counters.droppedRefused += counted;
  }

  #add(span: ReadableSpan): void {
    if (this.#encoding) {
      // That code ended another span: its bytes would go into the midst of the first one's.
      this.#counters.droppedUnencodable++;
      return;
    }
    try {
      if (span.resource !== this.#resource) this.#changeResource(span.resource);
      if (!this.#encode(this.#open(), span)) return;
    } catch (error) {
      this.#counters.droppedByFault++;
      fault('batch', error);
      return;
    }
    const open = this.#packet!;
    const { maxBytes, fullBytes = maxBytes } = this.#transport;
    if (open.spanCount >= this.#options.maxBatchSize || open.byteLength >= fullBytes) this.flush();
  }

  #send(bytes: Buffer, spans: number, packet: BatchPacket | undefined): void {
    const counters = this.#counters;
    const resource = this.#resource;
    const memory = bytes.buffer.byteLength;
    let waiting = spans;
    let over = false;
    const taken = (): void => {
      this.#queuedSpans -= waiting;
      waiting = 0;
    };
    const done = (lost?: LossCause): void => {
      if (over) return;
      over = true;
      taken();
      this.#underWay--;
      this.#queuedBytes -= memory;
      if (lost === undefined) {
        counters.sent += spans;
        counters.packets++;
        counters.bytes += bytes.length;
      } else if (lost !== 'tooLarge' || resource === undefined || !this.#divide(bytes, resource)) {
        count(counters, lost, spans);
      }
      if (packet !== undefined) this.#release(packet, resource);
      this.#whenDone();
    };
    this.#underWay++;
    this.#queuedSpans += spans;
    this.#queuedBytes += memory;
    try {
      this.#transport.send(bytes, spans, done, taken);
    } catch (error) {
      fault('batch', error);
      done('fault');
    }
  }

  /** The network takes only smaller packets now: the spans of one that it refused go into several. */
  #divide(bytes: Buffer, resource: Resource): boolean {
    const { envelope, maxBytes } = this.#transport;
    if (bytes.length <= maxBytes) return false;
    try {
      const { restorePacket } =
        require('../failover/restored-span') as typeof import('../failover/restored-span');
      const spans = restorePacket(bytes, envelope, resource);
      this.flush();
      for (const span of spans) this.#add(span);
      this.flush();
      return true;
    } catch (error) {
      fault('batch', error);
      return false;
    }
  }

  #hasRoom(spans: number, bytes: number): boolean {
    const { maxQueueSize, maxQueueBytes } = this.#options;
    const fits = (): boolean =>
      this.#queuedSpans + spans <= maxQueueSize && this.#queuedBytes + bytes <= maxQueueBytes;
    if (fits()) return true;
    this.#transport.makeRoom?.(bytes);
    return fits();
  }

  #encode(packet: BatchPacket, span: ReadableSpan): boolean {
    try {
      if (this.#write(packet, span)) return true;
      if (packet.spanCount > 0) {
        this.flush();
        if (this.#write(this.#open(), span)) return true;
      }
      if (this.#appendShortened(span)) return true;
      this.#counters.droppedTooLarge++;
      report('TA_SPAN_TOO_LARGE', { span: span.name, limit: this.#transport.maxBytes }, span.name);
    } catch (error) {
      this.#counters.droppedUnencodable++;
      report('TA_INTERNAL', { part: 'encode', error }, 'encode');
    }
    return false;
  }

  #write(packet: BatchPacket, span: ReadableSpan): boolean {
    this.#encoding = true;
    try {
      return packet.append(span);
    } finally {
      this.#encoding = false;
    }
  }

  /** Into an empty packet, with its largest values cut. */
  #appendShortened(span: ReadableSpan): boolean {
    const packet = this.#open();
    const { maxBytes, protocol } = this.#transport;
    const room = maxBytes - packet.byteLength;
    this.#encoding = true;
    try {
      if (!shortenSpan(span, protocol, room, (shorter) => packet.append(shorter))) return false;
    } finally {
      this.#encoding = false;
    }
    this.#counters.shortened++;
    report('TA_SPAN_SHORTENED', { span: span.name, limit: maxBytes }, span.name);
    return true;
  }

  #open(): BatchPacket {
    if (this.#packet !== undefined) return this.#packet;
    this.#transport.prepare();
    if (this.#transport.maxBytes !== this.#maxBytes) {
      this.#spare = [];
      this.#maxBytes = this.#transport.maxBytes;
      this.#processes = new WeakMap();
      if (this.#resource !== undefined) this.#process = this.#describe(this.#resource);
    }
    this.#packet = this.#spare.pop() ?? this.#create();
    return this.#packet;
  }

  #create(): BatchPacket {
    const { protocol, envelope, maxBytes } = this.#transport;
    const packet = new BatchPacket({ protocol, envelope, maxBytes });
    packet.setProcess(this.#process);
    return packet;
  }

  /** One resource a packet; packets kept for reuse carry the old one's bytes. */
  #changeResource(resource: Resource): void {
    this.flush();
    this.#packet = undefined;
    this.#spare = [];
    this.#resource = resource;
    let bytes = this.#processes.get(resource);
    if (bytes === undefined) {
      bytes = this.#describe(resource);
      this.#processes.set(resource, bytes);
    }
    this.#process = bytes;
  }

  #describe(resource: Resource): Uint8Array {
    const { encodeProcess } = this.#options;
    const { protocol, maxBytes } = this.#transport;
    // A third of a packet at most describes the process, and of the smallest ones nothing but its name.
    return shortenProcess(resource, encodeProcess, protocol, maxBytes / 3 - 100);
  }

  #release(packet: BatchPacket, resource: Resource | undefined): void {
    packet.reset();
    const fits = resource === this.#resource && packet.maxBytes === this.#maxBytes;
    if (fits && this.#spare.length < MOST_SPARE) this.#spare.push(packet);
  }

  #whenDone(): void {
    if (this.#underWay > 0 || this.#idle.length === 0) return;
    const idle = this.#idle;
    this.#idle = [];
    for (const callback of idle) contained('flush', callback)();
  }
}

function count(counters: Counters, lost: LossCause, spans: number): void {
  switch (lost) {
    case 'unresolved':
      counters.droppedUnresolved += spans;
      return;
    case 'refused':
      counters.droppedRefused += spans;
      return;
    case 'rejected':
      counters.droppedRejected += spans;
      return;
    case 'tooLarge':
      counters.droppedTooLarge += spans;
      return;
    case 'shutdown':
      counters.droppedAtShutdown += spans;
      return;
    case 'fault':
      counters.droppedByFault += spans;
      return;
  }
}
