/**
 * Reads durations as Go writes them (`1.5s`, `100ms`, `1h30m`), which is how Jaeger's page and Grafana send them.
 * After a span's way: for the viewer's searches.
 */

/** In microseconds. */
const UNITS: Record<string, number> = {
  ns: 1e-3,
  us: 1,
  µs: 1,
  μs: 1,
  ms: 1e3,
  s: 1e6,
  m: 6e7,
  h: 3.6e9,
  // Go has none; Jaeger's page looks back `2d`.
  d: 8.64e10,
};

/** Microseconds; undefined for what is no duration. */
export function parseDuration(text: string): number | undefined {
  if (
    !/^(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h|d)(((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h|d))*)$/.test(
      text,
    )
  )
    return text === '0' ? 0 : undefined;
  let sum = 0;
  for (const [, number, unit] of text.matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h|d)/g))
    sum += Number(number) * UNITS[unit!]!;
  return sum;
}
