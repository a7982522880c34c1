/**
 * The packets that the kernel took last, and whose refusal by a closed port may still be reported.
 * Last station of a span's way: part of `udp-transport`.
 */
import { monotonic } from './pacer';

/** How long a refusal from another machine may take, in milliseconds. */
const REFUSED_WITHIN = 250;

export class UnrefusedPackets {
  #packets: { readonly spans: number; readonly at: number }[] = [];

  /** @param local whether a refusal of those before would be known by now, as it is on one machine */
  add(spans: number, local: boolean): void {
    const at = monotonic();
    const packets = this.#packets;
    if (local) packets.length = 0;
    while (packets.length > 0 && at - packets[0]!.at > REFUSED_WITHIN) packets.shift();
    packets.push({ spans, at });
  }

  /** Forgets them. @returns the spans of those that a refusal reported now is about */
  take(): number {
    const now = monotonic();
    let spans = 0;
    for (const each of this.#packets) if (now - each.at <= REFUSED_WITHIN) spans += each.spans;
    this.#packets = [];
    return spans;
  }
}
