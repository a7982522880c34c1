/** A colour for each service, the same in every view and trace; readable on light and dark grounds. */

/** Middle tones: 3:1 and more against white and against the dark ground (WCAG 1.4.11). */
const COLORS = [
  '#1c7ed6',
  '#0c8599',
  '#2b8a3e',
  '#9c36b5',
  '#d9480f',
  '#5f3dc4',
  '#a0660a',
  '#c2255c',
  '#4263eb',
  '#0b7285',
  '#5c7f0a',
  '#862e9c',
  '#b5460f',
  '#3b5bdb',
  '#087f5b',
  '#a61e4d',
];

export function serviceColor(service: string): string {
  let hash = 7;
  for (let i = 0; i < service.length; i++) hash = (hash * 31 + service.charCodeAt(i)) >>> 0;
  return COLORS[hash % COLORS.length]!;
}
