/**
 * The border between batching and the network: what a transport takes and what it tells.
 * Last station of a span's way.
 */

/** Why spans did not arrive; each has a counter of its own. */
export type LossCause = 'unresolved' | 'refused' | 'rejected' | 'tooLarge' | 'shutdown' | 'fault';

/** What became of a packet. `lost` is undefined where the network, or the collector, took it. */
export type Done = (lost?: LossCause) => void;

export interface Transport {
  /** Thrift protocol, and whether a packet is a whole `emitBatch` message or the bare Batch. */
  readonly protocol: 'compact' | 'binary';
  readonly envelope: 'message' | 'bare';
  /** Largest packet in bytes. It may become smaller, where the network refuses packets. */
  readonly maxBytes: number;
  /** A packet of so many bytes is sent rather than filled; `maxBytes` where it is left out. */
  readonly fullBytes?: number;
  /** Gets ready (resolves a name, opens a socket) so that a later send needn't wait. May be called often. */
  prepare(): void;
  /**
   * Sends one packet. `packet` belongs to the transport until it calls `done`, exactly once.
   * @param spans how many spans it carries, for messages
   * @param taken called before `done`, at most once, where the network has the packet and only its answer is awaited:
   *   it doesn't wait any more
   */
  send(packet: Buffer, spans: number, done: Done, taken?: () => void): void;
  /** Sends of what waits about so many bytes now if at all possible: the queue is full. */
  makeRoom?(bytes: number): void;
  /** Keeps the process alive while sends are under way, or stops doing so. */
  hold(alive: boolean): void;
  /**
   * What `send` has taken and not finished goes out now, synchronously, as far as the network can do that: the process
   * ends.
   * @param limit milliseconds for which the thread may stand still; none by default
   */
  drainNow(limit?: number): void;
  /** Frees the socket; what is under way ends as lost by `shutdown`. */
  close(): void;
}
