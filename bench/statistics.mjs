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

/** The time that stands for a subject's rounds, as `overBare` takes them. */
export function typical({ rounds, share }) {
  return share === undefined ? quiet(rounds) : median(rounds);
}

/**
 * What a subject takes over bare: in the median of the rounds where each of them was measured beside bare's, and by the
 * quieter ones where they only took turns.
 */
export function overBare(row, rows) {
  const bare = rows.find(({ subject }) => subject === 'bare');
  if (row.share !== undefined || row.rounds === undefined || bare?.rounds === undefined) return row.over;
  return quiet(row.rounds) - quiet(bare.rounds);
}
