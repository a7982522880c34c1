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

/** What a subject's quieter rounds take over bare's; where there are no rounds, the median of their differences. */
export function overBare(row, rows) {
  const bare = rows.find(({ subject }) => subject === 'bare');
  if (row.rounds === undefined || bare?.rounds === undefined) return row.over;
  return quiet(row.rounds) - quiet(bare.rounds);
}
