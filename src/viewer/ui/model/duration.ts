/** Durations as people read and write them: `1.25s`, `12.4ms`, `830μs`; microseconds inside. */
import { parseDuration as parseWithUnits } from '../../api/duration';

const UNITS: [name: string, microseconds: number][] = [
  ['d', 86_400_000_000],
  ['h', 3_600_000_000],
  ['m', 60_000_000],
  ['s', 1_000_000],
  ['ms', 1000],
];

/** Three digits that count: `1.25s`, `12.4ms`; above a minute two units: `2m 5s`. */
export function formatDuration(microseconds: number): string {
  if (!Number.isFinite(microseconds)) return '–';
  if (microseconds < 0) return `-${formatDuration(-microseconds)}`;
  for (const [i, [name, size]] of UNITS.entries()) {
    // 999.6 ms would be rounded to 1,000 ms.
    if (microseconds < size * 0.9995) continue;
    if (size < 60_000_000) return `${Number((microseconds / size).toPrecision(3))}${name}`;
    const [next, nextSize] = UNITS[i + 1]!;
    const rest = Math.floor((microseconds % size) / nextSize);
    return `${Math.floor(microseconds / size)}${name}${rest > 0 ? ` ${rest}${next}` : ''}`;
  }
  return `${Math.round(microseconds)}μs`;
}

/** Microseconds of `1.2s`, `100ms`, `1m30s`; a bare number is milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  return /^\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) * 1000 : parseWithUnits(trimmed);
}
