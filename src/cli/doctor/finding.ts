/**
 * What one of doctor's checks has found, and what all of them together mean.
 * Beside a span's way.
 */

/** `unsure`: nothing is wrong as far as can be seen, but whether spans arrive can't be told either. */
export type Status = 'ok' | 'warn' | 'fail' | 'unsure' | 'skip';

export interface Finding {
  /** What was looked at, in two words or three. */
  readonly check: string;
  readonly status: Status;
  readonly found: string;
  /** What the reader can do about it. */
  readonly next?: string;
}

/** Whether traces will arrive; undefined where that can't be told. */
export function verdictOf(findings: readonly Finding[]): boolean | undefined {
  if (findings.some(({ status }) => status === 'fail')) return false;
  return findings.some(({ status }) => status === 'unsure') ? undefined : true;
}

/** Process exit code by verdict. */
export function exitCodeOf(findings: readonly Finding[]): number {
  const verdict = verdictOf(findings);
  return verdict === undefined ? 3 : verdict ? 0 : 1;
}
