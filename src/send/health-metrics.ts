/**
 * Shows the agent's counters as OpenTelemetry metrics, once the application has a MeterProvider of its own.
 * Beside a span's way: never makes a provider, and reads no package for it.
 */
import type { MeterProvider, ObservableResult } from '@opentelemetry/api';
import { contained } from '../diagnostics/contain';
import type { Counters } from '../diagnostics/counters';

/** Where any 1.x copy of OpenTelemetry's API keeps what was registered. */
const API_GLOBALS = Symbol.for('opentelemetry.js.api.1');
/** How often it is looked for, in milliseconds. */
const LOOKS = 30_000;

/** Looks for a MeterProvider, now and then rarely until there is one, without holding the process. */
export function watchForMeterProvider(counters: Counters, version: string): void {
  if (observeCounters(counters, version)) return;
  setTimeout(
    contained('metrics', () => watchForMeterProvider(counters, version)),
    LOOKS,
  ).unref();
}

/** @returns whether there was a MeterProvider; the counters are observable from it now */
export function observeCounters(counters: Counters, version: string): boolean {
  const globals: { metrics?: MeterProvider } | undefined = (globalThis as any)[API_GLOBALS];
  const provider = globals?.metrics;
  if (provider === undefined) return false;
  const meter = provider.getMeter('tracing-agent', version);
  const spans = meter.createObservableCounter('tracing_agent.spans', {
    description: 'Spans that ended, were sent, and were dropped by cause, since the agent started.',
    unit: '{span}',
  });
  // `sent` goes down by what turns out not to have arrived; OpenTelemetry calls such a value a reset, which is harmless.
  spans.addCallback((result: ObservableResult) => {
    result.observe(counters.ended, { state: 'ended' });
    result.observe(counters.sent, { state: 'sent' });
    for (const [name, value] of Object.entries(counters)) {
      if (name.startsWith('dropped')) result.observe(value, { state: 'dropped', cause: causeOf(name) });
    }
  });
  return true;
}

/** `droppedQueueFull` → `queue_full`. */
function causeOf(name: string): string {
  return name
    .slice('dropped'.length)
    .replace(/[A-Z]/g, (letter, at: number) => `${at > 0 ? '_' : ''}${letter.toLowerCase()}`);
}
