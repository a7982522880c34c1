/** A duration as Go prints it, since Kooper's tag `controller.cfg.resync_interval` holds one. Beside a span's way. */

/** @param milliseconds 90,000 → `1m30s`, 500 → `500ms`, 0 → `0s` */
export function goDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s';
  if (milliseconds < 1) return `${round(milliseconds * 1000)}µs`;
  if (milliseconds < 1000) return `${round(milliseconds)}ms`;
  const hours = Math.floor(milliseconds / 3_600_000);
  const minutes = Math.floor(milliseconds / 60_000) % 60;
  const seconds = `${round((milliseconds % 60_000) / 1000)}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

/** To the nanosecond, of a second: Go's finest. */
function round(value: number): number {
  return Number(value.toFixed(9));
}
