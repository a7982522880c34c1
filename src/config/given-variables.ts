/**
 * Picks the environment variables that may be settings of ours.
 * Beside a span's way: the first thing at start.
 */
import type { Environment } from './parser';

const PREFIXES = ['TRACING_AGENT_', 'OTEL_', 'JAEGER_', 'TRACES_'];
/** The codes of their first letters. */
const [T, O, J] = [0x54, 0x4f, 0x4a];

/** The variables that are set and have a prefix of ours; each is read once, as each look is a call into the C library. */
export function givenVariables(env: Environment): Environment {
  const result: Record<string, string> = {};
  for (const name of Object.keys(env)) {
    // Most variables are none of ours, as their first letter tells.
    const first = name.charCodeAt(0);
    if (first !== T && first !== O && first !== J) continue;
    const value = env[name];
    // An empty variable counts as unset: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
    if (value === undefined || value.trim() === '') continue;
    if (PREFIXES.some((prefix) => name.startsWith(prefix))) result[name] = value;
  }
  return result;
}
