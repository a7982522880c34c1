/**
 * Starts, stops and asks the agent of this process from code, whichever copy of the package started it.
 * Around a span's way.
 */
import type { Options } from './config/config';
import type { Counters } from './diagnostics/counters';
import { createCounters, runningAgent, startOnce } from './register';
import type { SamplingDecision } from './sample/decision-log';

/**
 * Starts the agent, as `-r tracing-agent/register` does; call it before the libraries to trace are loaded. Never throws.
 * @param options win over the environment; each is one row of docs/configuration.md
 * @returns false where an agent runs already, or settings turn it off, or it could not start (one line on stderr says why)
 */
export function start(options: Options = {}): boolean {
  return startOnce(options, __dirname);
}

/** Sends what is left, within `exportTimeoutMillis`, and stops tracing. Never rejects; resolves also when no agent runs. */
export async function shutdown(): Promise<void> {
  await runningAgent()?.shutdown();
}

/** Resolves when all spans that have ended were sent or counted as lost, at most `exportTimeoutMillis` later. Never rejects. */
export async function forceFlush(): Promise<void> {
  await runningAgent()?.forceFlush();
}

/** Counts of what became of patches and spans since the start; all zero when no agent runs. */
export function health(): Readonly<Counters> {
  return runningAgent()?.health() ?? createCounters();
}

/**
 * Why the last traces were kept or not: up to 256 decisions of samplers on the first span of a trace in this process,
 * the oldest first. Empty when no agent runs.
 */
export function decisions(): readonly SamplingDecision[] {
  return runningAgent()?.decisions() ?? [];
}
