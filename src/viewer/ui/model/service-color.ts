/** A colour for each service, the same in every view of the page, and no two alike while there are enough. */

/** Middle tones: 3:1 and more against white and against the dark ground (WCAG 1.4.11). */
const COLORS = [
  // Far apart from each other.
  '#1c7ed6',
  '#d9480f',
  '#2b8a3e',
  '#9c36b5',
  '#0c8599',
  '#c2255c',
  '#a0660a',
  '#5f3dc4',
  // Between those.
  '#5c7f0a',
  '#a61e4d',
  '#0b7285',
  '#862e9c',
  '#b5460f',
  '#3b5bdb',
  '#087f5b',
  '#4263eb',
];
const FAR_APART = 8;

const given = new Map<string, number>();
const taken = new Set<number>();

/** By its name, so that it is mostly the same tomorrow, and the next free one where another service has that. */
export function serviceColor(service: string): string {
  const known = given.get(service);
  if (known !== undefined) return COLORS[known]!;
  let hash = 7;
  for (let i = 0; i < service.length; i++) hash = (hash * 31 + service.charCodeAt(i)) >>> 0;
  const places = [0, FAR_APART].flatMap((from) =>
    Array.from({ length: FAR_APART }, (_, i) => from + ((hash + i) % FAR_APART)),
  );
  const place = places.find((each) => !taken.has(each)) ?? hash % COLORS.length;
  given.set(service, place);
  taken.add(place);
  return COLORS[place]!;
}
