/**
 * Watches what becomes of a transport's packets, and hands the spans of those that did not arrive to the next
 * destination. Last station of a span's way, between batcher and transport, where a fallback is set.
 *
 * Spans are bytes by now, in one destination's protocol: those of a lost packet are read back. Only loss pays for it.
 */
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { fault } from '../../diagnostics/contain';
import type { Counters } from '../../diagnostics/counters';
import { BatchPacket } from '../encode/batch-packet';
import { encodeProcess } from '../process-tags';
import type { Done, LossCause, Transport } from '../transport/transport';
import type { Failing } from './failover-sender';
import { restorePacket } from './restored-span';

interface Sent {
  readonly bytes: Buffer;
  /** 1 for a probe, since a transport tells of refused packets by their spans. */
  readonly spans: number;
  readonly at: number;
  readonly probe?: (answers: boolean) => void;
}

/** UDP tells of a closed port after the fact; packets are kept so long for it, in milliseconds. */
const SUSPECT = 1_000;
/** Packets kept for that long at most. */
const MOST_SENT = 32;
/** How long a flush, and a probe, wait for the news that a port is closed, in milliseconds. */
const NEWS = 100;

export class WatchedTransport implements Transport {
  readonly protocol: 'compact' | 'binary';
  readonly envelope: 'message' | 'bare';
  readonly #inner: Transport;
  readonly #failing: Failing;
  readonly #counters: Counters;
  #sent: Sent[] = [];

  /** @param inner made so that it calls `refused` */
  constructor(inner: Transport, failing: Failing, counters: Counters) {
    this.#inner = inner;
    this.#failing = failing;
    this.#counters = counters;
    this.protocol = inner.protocol;
    this.envelope = inner.envelope;
  }

  get maxBytes(): number {
    return this.#inner.maxBytes;
  }

  get fullBytes(): number {
    return this.#inner.fullBytes ?? this.#inner.maxBytes;
  }

  prepare(): void {
    this.#inner.prepare();
  }

  send(packet: Buffer, spans: number, done: Done, taken?: () => void): void {
    const finished = (lost?: LossCause): void => {
      if (lost === undefined) {
        this.#remember(packet, spans);
        done();
        return;
      }
      const restored = mayGoElsewhere(lost) ? this.#restore(packet) : undefined;
      if (restored === undefined) {
        done(lost);
        return;
      }
      const { length } = packet;
      // The batcher counts a packet that is done without a loss as sent; it is passed on instead, or lost after all.
      done();
      this.#notSent(spans, length);
      this.#passOn(restored, lost);
    };
    this.#inner.send(packet, spans, finished, taken);
  }

  makeRoom(bytes: number): void {
    this.#inner.makeRoom?.(bytes);
  }

  hold(alive: boolean): void {
    this.#inner.hold(alive);
  }

  drainNow(limit?: number): void {
    this.#inner.drainNow(limit);
  }

  close(): void {
    this.#sent = [];
    this.#inner.close();
  }

  /** The network reported that packets with so many spans, those sent last, met a closed port. */
  refused(spans: number): void {
    const suspects: Sent[] = [];
    let rest = spans;
    while (rest > 0 && this.#sent.length > 0) {
      const last = this.#sent.pop()!;
      suspects.unshift(last);
      rest -= last.spans;
    }
    if (rest > 0) {
      // More packets than are kept.
      this.#counters.sent -= rest;
      this.#counters.droppedRefused += rest;
    }
    for (const each of suspects) {
      if (each.probe !== undefined) {
        each.probe(false);
        continue;
      }
      this.#notSent(each.spans, each.bytes.length);
      const restored = this.#restore(each.bytes);
      if (restored === undefined) this.#counters.droppedRefused += each.spans;
      else this.#passOn(restored, 'refused');
    }
  }

  /** Sends a batch without spans: both Jaeger's agent and its collector take it, and store nothing. */
  probe(done: (answers: boolean) => void): void {
    const { resource } = this.#failing;
    const packet = new BatchPacket({
      protocol: this.protocol,
      envelope: this.envelope,
      maxBytes: this.maxBytes,
    });
    if (resource !== undefined) packet.setProcess(encodeProcess(resource, this.protocol));
    const { droppedQueueFull, droppedTooLarge } = this.#counters;
    const bytes = packet.finish({
      seqNo: 0,
      stats: {
        fullQueueDroppedSpans: droppedQueueFull,
        tooLargeDroppedSpans: droppedTooLarge,
        failedToEmitSpans: 0,
      },
    });
    this.#inner.prepare();
    const overUdp = this.envelope === 'message';
    let open = true;
    const answer = (answers: boolean): void => {
      if (open) done(answers);
      open = false;
    };
    this.#inner.send(bytes, overUdp ? 1 : 0, (lost) => {
      if (lost !== undefined || !overUdp) {
        answer(lost === undefined);
        return;
      }
      this.#sent.push({ bytes, spans: 1, at: Date.now(), probe: answer });
      // No answer is good news, over UDP.
      setTimeout(() => answer(true), NEWS).unref();
    });
  }

  /** Resolves when a closed port would have been noticed for what was sent last. */
  async settled(): Promise<void> {
    const last = this.#sent.at(-1);
    if (last === undefined) return;
    const wait = last.at + NEWS - Date.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }

  #remember(packet: Buffer, spans: number): void {
    if (this.envelope === 'bare') return;
    const now = Date.now();
    while (this.#sent.length >= MOST_SENT || (this.#sent[0]?.at ?? now) < now - SUSPECT) this.#sent.shift();
    // The batcher fills the packet's buffer anew.
    this.#sent.push({ bytes: Buffer.from(packet), spans, at: now });
  }

  #restore(packet: Buffer): ReadableSpan[] | undefined {
    const resource: Resource | undefined = this.#failing.resource;
    if (resource === undefined) return undefined;
    try {
      return restorePacket(packet, this.envelope, resource);
    } catch (error) {
      fault('failover', error);
      return undefined;
    }
  }

  #passOn(spans: ReadableSpan[], cause: LossCause): void {
    const counters = this.#counters;
    if (!this.#failing.passOn(spans)) {
      count(counters, cause, spans.length);
      return;
    }
    // The destination that took them counts them anew.
    counters.ended -= spans.length;
  }

  #notSent(spans: number, bytes: number): void {
    this.#counters.sent -= spans;
    this.#counters.packets--;
    this.#counters.bytes -= bytes;
  }
}

/** A span too large for one packet is as large for another, and at shutdown there is no other any more. */
function mayGoElsewhere(cause: LossCause): boolean {
  return cause === 'unresolved' || cause === 'refused' || cause === 'rejected';
}

function count(counters: Counters, cause: LossCause, spans: number): void {
  if (cause === 'unresolved') counters.droppedUnresolved += spans;
  else if (cause === 'refused') counters.droppedRefused += spans;
  else counters.droppedRejected += spans;
}
