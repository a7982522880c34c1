// The figures that a noisy machine leaves.
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/**
 * The lower quartile: what others on the machine do only ever adds to a round, by as much as the whole application
 * takes, so that the quieter rounds say more than the middle one.
 */
export function quiet(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 4)];
}

/** Of so many turns one counts. */
const CALM = 4;

/**
 * What a turn takes while the machine is calm: the median of the quarter of the turns around which the probe was fastest.
 * They are not chosen by what they took, so that collections and sending are in them as often as in all.
 * @param rounds what each turn took @param probes what the probe took around each, in the same order
 */
export function calm({ rounds, probes }) {
  if (probes === undefined) return quiet(rounds);
  const calmest = rounds.map((_, at) => at).sort((a, b) => probes[a] - probes[b]);
  return median(calmest.slice(0, Math.ceil(rounds.length / CALM)).map((at) => rounds[at]));
}

/** What a subject's calm turns take over bare's; where there are no turns, the median of their differences. */
export function overBare(row, rows) {
  const bare = rows.find(({ subject }) => subject === 'bare');
  if (row.rounds === undefined || bare?.rounds === undefined) return row.over;
  return calm(row) - calm(bare);
}
