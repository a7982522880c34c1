/** Where spans go after what samples at their end: `send/`'s processor, or another such stage. Fifth station of a span's way. */
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';

export interface SpanDestination extends SpanProcessor {
  /** @param limit in milliseconds; the destination's own where it isn't given */
  forceFlush(limit?: number): Promise<void>;
  /** Sends what can be sent without the event loop. @param limit milliseconds for which the thread may stand still */
  flushNow(limit?: number): void;
}
