/**
 * Sends packets to a Jaeger agent over UDP, at a pace that its receiver can follow.
 * Last station of a span's way.
 *
 * The socket is connected: no name is looked up for a packet, a closed port is noticed (ECONNREFUSED), and a send
 * inside an `exit` handler leaves at once, since the kernel takes it in the same call. A name is asked for again by
 * time and after errors, so that an agent that has moved is followed; packets wait meanwhile.
 * Long, because a socket's states, a name's addresses and what a packet meets of them are one machine.
 */
import { fault, rests } from '../../diagnostics/contain';
import type { Counters } from '../../diagnostics/counters';
import { report } from '../../diagnostics/log';
import { timers } from '../../diagnostics/native-timers';
import { type Lookup, NameResolver } from './name-resolver';
import { monotonic, Pacer } from './pacer';
import { type ReceiverQueue, watchReceiver } from './receiver-queue';
import type { Done, LossCause, Transport } from './transport';
import { UdpConnection } from './udp-connection';
import { UnrefusedPackets } from './unrefused-packets';

export interface UdpTransportOptions {
  /** Name or address, IPv4 or IPv6. */
  readonly host: string;
  readonly port: number;
  readonly protocol: 'compact' | 'binary';
  /** Largest packet in bytes; Jaeger's agent reads at most 65,000. */
  readonly maxBytes: number;
  /** Packets in a second at most. Default: as many as the pace in bytes lets through. */
  readonly maxMessagesPerSecond?: number | undefined;
  /** Bytes in a second, and at once after a pause. Defaults: docs/decisions/004-udp-pace.md. */
  readonly bytesPerSecond?: number;
  readonly burstBytes?: number;
  /** A packet this full is sent rather than filled. Default: `maxBytes`. */
  readonly fullBytes?: number;
  /** The system's, unless a test has its own. */
  readonly lookup?: Lookup;
  /** How long a name's addresses hold, in milliseconds. Default 30,000. */
  readonly nameTtl?: number;
  /** Receives what becomes known of packets whose `done` was called before. */
  readonly onRefused?: (spans: number) => void;
  /** The system's tables of sockets, unless a test has its own or none. */
  readonly receiverTables?: readonly string[];
  /** The counters of whoever sends; the agent's by default. */
  readonly counters?: Counters | undefined;
}

interface Outgoing {
  readonly packet: Buffer;
  readonly spans: number;
  readonly done: Done;
  readonly taken: (() => void) | undefined;
  /** How often it was given to the kernel. */
  tries: number;
  /** `done` was called before the kernel's answer: its buffer is somebody else's by now. */
  over: boolean;
}

/** What docs/decisions/004-udp-pace.md has measured. */
const BYTES_PER_SECOND = 24_000_000;
const BURST_BYTES = 130_000;
/** Of a burst beyond the queue: 4 MB are some 14,000 usual spans. */
const OVERDRAFT_BYTES = 4_000_000;
/** How long a name's addresses hold, in milliseconds; Kubernetes' own records hold for 5 to 30 seconds. */
const NAME_TTL = 30_000;
/** How long a failed look-up or connect is not tried again, in milliseconds. */
const RETRY_AFTER = 5_000;
/** The least time between two look-ups that errors ask for, in milliseconds. */
const LEAST_LOOKUP = 1_000;
/** A packet meets the errors of those before it; it is given to the kernel this often at most. */
const MOST_TRIES = 4;
/** How long the first packet to one of several addresses waits for a refusal, to be sent to the next, in ms. */
const PROOF = 20;
/** Every IPv4 host takes packets of this size. */
const LEAST_BYTES = 508;

export class UdpTransport implements Transport {
  readonly protocol: 'compact' | 'binary';
  readonly envelope = 'message';
  readonly #options: UdpTransportOptions;
  readonly #resolver: NameResolver;
  readonly #pacer: Pacer<Outgoing>;
  readonly #onRefused: (spans: number) => void;
  #maxBytes: number;
  #connection: UdpConnection | undefined;
  /** Of a receiver on this machine, where the system shows it. */
  #receiver: ReceiverQueue | undefined;
  /** The name's addresses; the connection is to the first. */
  #addresses: readonly string[] = [];
  #state: 'idle' | 'resolving' | 'connected' | 'closed' = 'idle';
  #failedAt = Number.NEGATIVE_INFINITY;
  #held = false;
  readonly #unrefused = new UnrefusedPackets();
  /** Packets wait for the answer of a name server. */
  #awaiting = false;
  /** What was sent to one of several addresses that is not known to listen; it can go to the next one still. */
  #unproven: Outgoing[] | undefined;
  /** Those that the kernel took, and whose answer comes in the next tick. */
  readonly #unanswered = new Set<Outgoing>();
  #proof: NodeJS.Timeout | undefined;
  /** Addresses that have refused, one after the other. */
  #refusals = 0;
  /** When all have, they are not tried in turn before. */
  #nextRound = Number.NEGATIVE_INFINITY;

  constructor(options: UdpTransportOptions, onRefused: (spans: number) => void = () => {}) {
    this.#options = options;
    this.#onRefused = options.onRefused ?? onRefused;
    this.#maxBytes = options.maxBytes;
    this.protocol = options.protocol;
    this.#resolver = new NameResolver({
      host: options.host,
      ttl: options.nameTtl ?? NAME_TTL,
      least: Math.min(LEAST_LOOKUP, options.nameTtl ?? LEAST_LOOKUP),
      ...(options.lookup && { lookup: options.lookup }),
    });
    this.#pacer = new Pacer(
      {
        bytesPerSecond: options.bytesPerSecond ?? BYTES_PER_SECOND,
        burstBytes: options.burstBytes ?? BURST_BYTES,
        messagesPerSecond: options.maxMessagesPerSecond ?? Number.POSITIVE_INFINITY,
        overdraftBytes: OVERDRAFT_BYTES,
      },
      (outgoing) => this.#emit(outgoing),
      monotonic,
      (length, urgent) => this.#room(length, urgent),
    );
    this.#pacer.pause();
  }

  /** Becomes smaller where the network refuses packets of this size. */
  get maxBytes(): number {
    return this.#maxBytes;
  }

  get fullBytes(): number {
    return Math.min(this.#options.fullBytes ?? this.#maxBytes, this.#maxBytes);
  }

  prepare(): void {
    try {
      if (!rests('udp')) this.#prepare();
    } catch (error) {
      this.#startAnew(error);
    }
  }

  #prepare(): void {
    if (this.#state === 'connected' && this.#resolver.stale && this.#resolver.ready) this.#resolve();
    if (this.#state !== 'idle' || monotonic() - this.#failedAt < RETRY_AFTER) return;
    this.#state = 'resolving';
    const { literal } = this.#resolver;
    if (literal !== undefined) {
      this.#addresses = literal;
      this.#connect();
      this.#go();
    } else {
      this.#resolve();
    }
  }

  send(packet: Buffer, spans: number, done: Done, taken?: () => void): void {
    const outgoing: Outgoing = { packet, spans, done, taken, tries: 0, over: false };
    try {
      if (this.#state !== 'closed' && rests('udp')) {
        this.#done(outgoing, 'fault');
        return;
      }
      if (this.#state === 'idle') this.#prepare();
      // `prepare` may have connected, or failed, at once.
      const state = this.#state as string;
      if (state === 'closed') this.#done(outgoing, 'shutdown');
      else if (state === 'idle') this.#done(outgoing, 'unresolved');
      else this.#pacer.push(outgoing);
    } catch (error) {
      this.#startAnew(error);
      this.#done(outgoing, 'fault');
    }
  }

  makeRoom(bytes: number): void {
    this.#guarded(() => this.#pacer.makeRoom(bytes));
  }

  hold(alive: boolean): void {
    this.#held = alive;
    this.#guarded(() => {
      this.#connection?.hold(alive);
      this.#pacer.hold(alive);
      if (alive) this.#proof?.ref();
      else this.#proof?.unref();
      // A flush has ended: its losses are counted by now.
      if (!alive) this.#receiver?.look(true);
    });
  }

  drainNow(limit = 0): void {
    this.#guarded(() => {
      if (this.#connection !== undefined) {
        this.#pacer.drain(limit);
        this.#receiver?.look(true);
      }
      // What still waits, waits for a name: there is no synchronous look-up.
      else this.#giveUp('unresolved');
    });
    // No tick may follow that tells what became of these. The kernel has them, and said nothing against it.
    const taken = [...(this.#unproven ?? []), ...this.#unanswered];
    if (this.#unproven !== undefined) this.#unproven = [];
    for (const outgoing of taken) this.#done(outgoing);
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#guarded(() => {
      this.#giveUp('shutdown');
      this.#proven();
    });
    this.#connection?.close();
    this.#connection = undefined;
    this.#receiver = undefined;
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#startAnew(error);
    }
  }

  /** Something failed half-way: what waits is given up, and the next packet finds all as it was at the start. */
  #startAnew(error: unknown): void {
    fault('udp', error);
    const given = [...(this.#unproven ?? []), ...this.#pacer.clear()];
    this.#pacer.pause();
    this.#unproven = undefined;
    // Where its timer rings, nothing is proven by it.
    this.#proof = undefined;
    this.#awaiting = false;
    this.#connection?.close();
    this.#connection = undefined;
    this.#receiver = undefined;
    if (this.#state !== 'closed') this.#state = 'idle';
    for (const outgoing of given) this.#done(outgoing, 'fault');
  }

  #done(outgoing: Outgoing, lost?: LossCause): void {
    this.#unanswered.delete(outgoing);
    if (outgoing.over) return;
    outgoing.over = true;
    outgoing.done(lost);
  }

  /** A receiver's queue that can't be looked at is none. */
  #room(length: number, urgent: boolean): number | undefined {
    try {
      return this.#receiver?.wait(length, urgent);
    } catch (error) {
      fault('udp', error);
      this.#receiver = undefined;
      return undefined;
    }
  }

  /** Asks for the name's addresses, while the connection there may be goes on. */
  #resolve(): void {
    this.#resolver.ask((error, addresses) => this.#guarded(() => this.#resolved(error, addresses)));
  }

  #resolved(error: NodeJS.ErrnoException | null, addresses: readonly string[]): void {
    this.#awaiting = false;
    if (this.#state === 'closed') return;
    const current = this.#connection?.address;
    if (error !== null || addresses.length === 0) {
      // An agent that was there once is kept: a name server that fails is no reason to lose what may arrive.
      if (current === undefined) this.#fail('resolved', error ?? new Error('it has no address'));
      else this.#go();
    } else if (current !== undefined && addresses.includes(current)) {
      this.#addresses = [current, ...addresses.filter((each) => each !== current)];
      this.#go();
    } else {
      this.#refusals = 0;
      this.#nextRound = Number.NEGATIVE_INFINITY;
      this.#addresses = addresses;
      this.#connect();
      this.#go();
    }
  }

  /** Connects to the first of the addresses to which there is a way. Nothing leaves before `#go`. */
  #connect(): void {
    this.#disconnect();
    let error: unknown;
    for (let tries = this.#addresses.length; tries > 0; tries--) {
      try {
        this.#connection = this.#open(this.#addresses[0]!);
        this.#state = 'connected';
        if (this.#addresses.length > 1 && monotonic() >= this.#nextRound) this.#unproven = [];
        return;
      } catch (reason) {
        error = reason;
        this.#rotate();
      }
    }
    this.#fail('reached', error as Error);
  }

  #open(address: string): UdpConnection {
    const connection: UdpConnection = new UdpConnection({
      address,
      port: this.#options.port,
      maxBytes: this.#maxBytes,
      held: this.#held,
      onError: (error) => {
        this.#guarded(() => {
          if (this.#connection === connection) this.#failed(error);
        });
      },
    });
    const { port, counters, receiverTables } = this.#options;
    this.#receiver = watchReceiver(connection, this.#name, port, counters, receiverTables);
    return connection;
  }

  #disconnect(): void {
    this.#connection?.close();
    this.#connection = undefined;
    this.#receiver = undefined;
    this.#unrefused.take();
    this.#pacer.pause();
  }

  #rotate(): void {
    this.#addresses = [...this.#addresses.slice(1), this.#addresses[0]!];
  }

  /** Lets packets go, unless something has to be known before. */
  #go(): void {
    if (this.#connection !== undefined && !this.#awaiting && this.#proof === undefined) this.#pacer.resume();
  }

  #emit(outgoing: Outgoing): void {
    const connection = this.#connection;
    if (connection === undefined) {
      this.#done(outgoing, 'unresolved');
      return;
    }
    outgoing.tries++;
    try {
      const inKernel = connection.send(outgoing.packet, (error) => this.#answer(outgoing, connection, error));
      if (inKernel) this.#unanswered.add(outgoing);
      this.#receiver?.sent(outgoing.packet.length, outgoing.spans);
      if (inKernel && outgoing.tries === 1) outgoing.taken?.();
      if (this.#unproven !== undefined && this.#proof === undefined) this.#awaitProof();
    } catch (error) {
      // A socket that throws is not used again.
      this.#startAnew(error);
      this.#done(outgoing, 'fault');
    }
  }

  #awaitProof(): void {
    // One packet shows whether somebody listens; the others wait.
    this.#pacer.pause();
    const over = (): void =>
      this.#guarded(() => {
        // Of a turn so late that the refusal has come as well, it is heard first: sockets are read before immediates.
        const proof = this.#proof;
        const heard = (): void =>
          this.#guarded(() => {
            if (this.#proof !== proof) return;
            this.#proven();
            this.#go();
          });
        timers.setImmediate(heard);
      });
    this.#proof = timers.setTimeout(over, PROOF);
    if (!this.#held) this.#proof.unref();
  }

  /** What the kernel said to one packet. */
  #answer(outgoing: Outgoing, connection: UdpConnection, error: NodeJS.ErrnoException | null): void {
    try {
      this.#answered(outgoing, connection, error);
    } catch (failure) {
      this.#startAnew(failure);
      this.#done(outgoing, 'fault');
    }
  }

  #answered(outgoing: Outgoing, connection: UdpConnection, error: NodeJS.ErrnoException | null): void {
    this.#unanswered.delete(outgoing);
    const current = connection === this.#connection;
    if (outgoing.over) {
      if (error !== null && current && error.code !== 'EMSGSIZE') this.#failed(error);
      return;
    }
    if (error === null) {
      if (this.#unproven !== undefined && current) this.#unproven.push(outgoing);
      else if (this.#unproven !== undefined && this.#mayTry(outgoing)) this.#emit(outgoing);
      else this.#sent(outgoing);
      return;
    }
    if (error.code === 'EMSGSIZE') {
      this.#tooLarge(outgoing);
      return;
    }
    // The error belongs to a packet before this one, which the kernel has not sent; the error is cleared now.
    if (current) this.#failed(error);
    if (this.#awaiting) this.#pacer.putBack(outgoing);
    else if (this.#mayTry(outgoing)) this.#emit(outgoing);
    else this.#done(outgoing, this.#state === 'closed' ? 'shutdown' : 'refused');
  }

  #mayTry(outgoing: Outgoing): boolean {
    return this.#connection !== undefined && outgoing.tries < MOST_TRIES;
  }

  #sent(outgoing: Outgoing): void {
    this.#unrefused.add(outgoing.spans, this.#connection?.local === true);
    this.#done(outgoing);
  }

  #tooLarge(outgoing: Outgoing): void {
    const { length } = outgoing.packet;
    if (length <= this.#maxBytes && this.#maxBytes > LEAST_BYTES) {
      this.#maxBytes = Math.max(LEAST_BYTES, length >> 1);
      report(
        'TA_PACKET_TOO_LARGE',
        { address: this.#name, bytes: length, limit: this.#maxBytes },
        this.#name,
      );
    }
    this.#done(outgoing, 'tooLarge');
  }

  /** The connection has reported an error: what was sent last met nobody, and the agent may be elsewhere. */
  #failed(error: NodeJS.ErrnoException): void {
    this.#say(error);
    const again = this.#unproven;
    const spans = again === undefined ? this.#unrefused.take() : 0;
    if (spans > 0) this.#onRefused(spans);
    this.#stopProof();
    if (this.#addresses.length > 1 && monotonic() >= this.#nextRound) {
      this.#tryNext(again ?? []);
    } else if (error.code !== 'ECONNREFUSED') {
      // The way there is gone, or the socket is: a new one for what comes next.
      this.#connect();
    }
    if (this.#resolver.ready && this.#state === 'connected') {
      this.#awaiting = true;
      this.#pacer.pause();
      this.#resolve();
    } else {
      this.#go();
    }
  }

  /** Another of the name's addresses gets what this one has refused, until all have. */
  #tryNext(again: readonly Outgoing[]): void {
    this.#refusals++;
    const all = this.#refusals >= this.#addresses.length;
    if (all) {
      this.#refusals = 0;
      this.#nextRound = monotonic() + RETRY_AFTER;
    }
    this.#rotate();
    this.#connect();
    for (const outgoing of again) {
      if (!all && this.#mayTry(outgoing)) this.#emit(outgoing);
      else this.#done(outgoing, 'refused');
    }
  }

  /** Nobody has refused in time what was sent first. */
  #proven(): void {
    const sent = this.#unproven ?? [];
    this.#refusals = 0;
    this.#stopProof();
    for (const outgoing of sent) this.#sent(outgoing);
  }

  #stopProof(): void {
    const proof = this.#proof;
    this.#proof = undefined;
    this.#unproven = undefined;
    try {
      timers.clearTimeout(proof);
    } catch {
      // It rings for nothing.
    }
  }

  #fail(step: 'resolved' | 'reached', error: NodeJS.ErrnoException): void {
    this.#state = 'idle';
    this.#failedAt = monotonic();
    this.#giveUp('unresolved');
    const values = { address: this.#name, step, error: error.code ?? error.message };
    report('TA_AGENT_UNRESOLVED', values, `${step} ${this.#name}`);
  }

  #say(error: NodeJS.ErrnoException): void {
    report('TA_AGENT_REFUSED', { address: this.#name, error: error.code ?? error.message }, this.#name);
  }

  get #name(): string {
    return `${this.#options.host}:${this.#options.port}`;
  }

  #giveUp(cause: LossCause): void {
    for (const outgoing of this.#pacer.clear()) this.#done(outgoing, cause);
  }
}
