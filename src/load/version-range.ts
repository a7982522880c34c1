/**
 * Compares versions with ranges such as `>=4.2 <7 || >=8`: the small part of semver that our tables use.
 * First station of a span's way: decides whether a loaded library is one that a patch was written for.
 */

/** Whether `version` (`5.4.1`, a pre-release tag counts as its release) is in `range`. A malformed version never is. */
export function inRange(version: string, range: string): boolean {
  const parts = parse(version);
  return (
    parts !== undefined &&
    range.split('||').some((all) =>
      all
        .trim()
        .split(/\s+/)
        .every((one) => holds(parts, one)),
    )
  );
}

/** Whether `version` is newer than any that `range` takes. */
export function isAbove(version: string, range: string): boolean {
  const parts = parse(version);
  return (
    parts !== undefined &&
    range.split('||').every((all) =>
      all
        .trim()
        .split(/\s+/)
        .some((one) => one.startsWith('<') && !holds(parts, one)),
    )
  );
}

/** Whether `range` takes newer versions than `other` does. */
export function reachesAbove(range: string, other: string): boolean {
  const [top, otherTop] = [topOf(range), topOf(other)];
  return otherTop !== undefined && (top === undefined || compare(top, otherTop) > 0);
}

/** The lowest version above `range`; undefined where it takes every newer one. */
function topOf(range: string): Parts | undefined {
  let top: Parts | undefined;
  for (const all of range.split('||')) {
    const bound = /<(\S+)/.exec(all);
    const parts = bound === null ? undefined : parse(bound[1]!);
    if (parts === undefined) return undefined;
    if (top === undefined || compare(parts, top) > 0) top = parts;
  }
  return top;
}

type Parts = readonly [major: number, minor: number, patch: number];

function parse(version: string): Parts | undefined {
  const match = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(version);
  return match === null ? undefined : [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)];
}

function holds(version: Parts, comparator: string): boolean {
  if (comparator === '*') return true;
  const match = /^(>=|<)(.+)$/.exec(comparator);
  const bound = match === null ? undefined : parse(match[2]!);
  if (bound === undefined) throw new Error(`not a version range: ${comparator}`);
  const order = compare(version, bound);
  return match![1] === '>=' ? order >= 0 : order < 0;
}

function compare(a: Parts, b: Parts): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
