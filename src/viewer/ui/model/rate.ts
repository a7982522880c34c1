/** How often something happens, as people read it: `12/s`, `3.5/min`, `4/h`; and parts of a whole. */

const UNITS: [name: string, seconds: number][] = [
  ['s', 1],
  ['min', 60],
  ['h', 3600],
];

/** @param rate a second; in the first unit of which there is at least one */
export function formatRate(rate: number): string {
  if (!(rate > 0)) return '0/s';
  const [name, seconds] = UNITS.find(([, each]) => rate * each >= 0.9995) ?? UNITS.at(-1)!;
  return `${plainNumber(rate * seconds, 3)}/${name}`;
}

export function formatShare(part: number, whole: number): string {
  return `${plainNumber((part / Math.max(1, whole)) * 100, 2)} %`;
}

/** So many digits that count, and never an exponent. */
function plainNumber(value: number, digits: number): string {
  return Number(value.toPrecision(digits)).toLocaleString('en', { maximumSignificantDigits: digits });
}
