/**
 * Counts of what became of every span and patch: nothing is lost without a number here.
 * Beside a span's way: each station adds to it; `health()` shows it.
 */

/** What `health()` shows: counts since the start. `sent` goes down by what turns out not to have arrived. */
export interface Counters {
  /** Libraries patched. */
  patched: number;
  /** Patches that failed: their libraries run untraced. */
  patchFailed: number;
  /** Failures contained inside the agent, of all parts. */
  faults: number;
  /** Spans that ended sampled and reached the batch; one that goes to two destinations counts twice, here and below. */
  ended: number;
  /** Spans handed to the network without an error (UDP), or accepted by the collector (HTTP). */
  sent: number;
  /** Packets or requests that carried them. */
  packets: number;
  /** Bytes of these packets and requests. */
  bytes: number;
  /** Packets that a receiver's socket on this machine had no room for, those of other senders among them. */
  receiverDrops: number;
  /** Spans that were sent with their largest values cut, since no packet could hold them. */
  shortened: number;
  /** Spans that a collector had in hand, without an answer yet, when the process ended: neither sent nor dropped. */
  unanswered: number;
  /** Requests to a collector that were made again. */
  retried: number;
  /** Spans among the sent that went to a file of the spool, since the collector could not take them. */
  spooled: number;
  /** Spans that the collector took from files of the spool; those of earlier processes are among them. */
  unspooled: number;
  /** Places in files of the spool where spans may have been, but could not be read. */
  spoolCorrupt: number;
  /** Spans in files that were removed to keep the spool within its size. */
  droppedSpoolFull: number;
  /** Baggage items that were not sent on, or not taken from a request. */
  baggageDropped: number;
  /** Debug flags and ids that were not allowed to count. */
  debugDenied: number;
  /** Spans of traces that neither failed nor took long, where the settings keep no others. */
  droppedByTail: number;
  /** Times that something was shed to stay within `maxOverhead`. */
  overloads: number;
  /** New traces that were not sampled for it. */
  shedTraces: number;
  /** Spans given up, by cause; this one: more waited than `maxQueueSize` or `maxQueueBytes` allow. */
  droppedQueueFull: number;
  /** No packet could hold it, shortened as it was. */
  droppedTooLarge: number;
  /** It could not be written, as one whose attributes throw when they are read. */
  droppedUnencodable: number;
  /** The agent's or collector's name had no address. */
  droppedUnresolved: number;
  /** Nobody listened, or no connection could be made. */
  droppedRefused: number;
  /** The collector answered that it doesn't take them. */
  droppedRejected: number;
  /** For want of room in a receiver's socket on this machine, as many as its packets have on the average. */
  droppedReceiverFull: number;
  /** Not sent when the process ended, or ended after the agent was shut down. */
  droppedAtShutdown: number;
  /** By a failure inside the agent. */
  droppedByFault: number;
}

/** All zero; the order is the order of a span's way. */
export function createCounters(): Counters {
  return {
    patched: 0,
    patchFailed: 0,
    faults: 0,
    ended: 0,
    sent: 0,
    packets: 0,
    bytes: 0,
    receiverDrops: 0,
    shortened: 0,
    unanswered: 0,
    retried: 0,
    spooled: 0,
    unspooled: 0,
    spoolCorrupt: 0,
    droppedSpoolFull: 0,
    baggageDropped: 0,
    debugDenied: 0,
    droppedByTail: 0,
    overloads: 0,
    shedTraces: 0,
    droppedQueueFull: 0,
    droppedTooLarge: 0,
    droppedUnencodable: 0,
    droppedUnresolved: 0,
    droppedRefused: 0,
    droppedRejected: 0,
    droppedReceiverFull: 0,
    droppedAtShutdown: 0,
    droppedByFault: 0,
  };
}

/** The agent's own counters; an exporter made by hand has its own. */
export const counters: Counters = createCounters();
