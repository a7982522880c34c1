/**
 * Notices misspelled settings and suggests the one that was meant.
 * Beside a span's way: one step of resolution.
 */
import { isServiceAddress } from './kubernetes';
import { optionNames, options } from './options';
import type { Environment } from './parser';

const PREFIX = 'TRACING_AGENT_';
/** What Kubernetes sets in every pod where a service is named tracing-agent or tracing-agent-something. */
const SERVICE_VARIABLE = /_SERVICE_HOST$|_SERVICE_PORT(?:_|$)|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_|$)/;

let known: Set<string> | undefined;

/** The TRACING_AGENT_ variables that are no setting, each with a suggestion to print after it. */
export function unknownVariables(env: Environment): { name: string; suggestion: string }[] {
  const result: { name: string; suggestion: string }[] = [];
  for (const name of Object.keys(env)) {
    if (!name.startsWith(PREFIX)) continue;
    known ??= new Set(optionNames.map((option) => options[option].env[0]!));
    if (known.has(name) || SERVICE_VARIABLE.test(name) || isServiceAddress(env[name] ?? '')) continue;
    result.push({ name, suggestion: suggest(name, [...known], PREFIX.length) });
  }
  return result;
}

/** The keys of `given` that are no option. */
export function unknownOptions(given: object): { name: string; suggestion: string }[] {
  return Object.keys(given)
    .filter((name) => !Object.hasOwn(options, name))
    .map((name) => ({ name, suggestion: suggest(name, optionNames, 0) }));
}

/** Nothing longer is a misspelling, and the distance costs the product of the lengths. */
const LONGEST = 80;

/**
 * ` (did you mean …?)`, or nothing.
 * @param skip characters that all names begin with
 */
export function suggest(name: string, candidates: readonly string[], skip: number): string {
  if (name.length > LONGEST) return '';
  const given = name.slice(skip).toLowerCase();
  let best: string | undefined;
  let least = Math.max(2, Math.floor(given.length / 3)) + 1;
  for (const candidate of candidates) {
    const other = candidate.slice(skip).toLowerCase();
    // TRACING_AGENT_HOST: a part of the name, whole words.
    const distance =
      other.endsWith(`_${given}`) || other.startsWith(`${given}_`) ? 1 : editDistance(given, other);
    if (distance >= least) continue;
    best = candidate;
    least = distance;
  }
  return best === undefined ? '' : ` (did you mean ${best}?)`;
}

/** Levenshtein's, row by row. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = above[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(change, above[column]! + 1, current[column - 1]! + 1));
    }
    above = current;
  }
  return above[b.length]!;
}
