/**
 * Reads the switches of single instrumentations, OTEL_INSTRUMENTATION_<NAME>_ENABLED, as OpenTelemetry's agents have them.
 * Beside a span's way: one step of resolution.
 */
import type { Environment } from './parser';

interface Switch {
  /** The variable's. */
  readonly variable: string;
  readonly value: string;
  /** The instrumentation's as far as the variable tells: `aws-sdk`, and `socket-io` for `socket.io`. */
  readonly name: string;
}

const PATTERN = /^OTEL_INSTRUMENTATION_(\w+)_ENABLED$/;

/** The switches among the variables; those of other languages' instrumentations, too, which then fit no name here. */
export function switchesIn(env: Environment): Switch[] {
  const result: Switch[] = [];
  for (const [variable, value] of Object.entries(env)) {
    const name = PATTERN.exec(variable)?.[1];
    if (name !== undefined && value !== undefined)
      result.push({ variable, value, name: name.toLowerCase().replaceAll('_', '-') });
  }
  return result;
}
