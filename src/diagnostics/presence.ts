/**
 * Tells whether a file or folder is there. Beside a span's way: for settings, and for libraries that are looked for.
 */
import { existsSync } from 'node:fs';

/** Not there is as well what Node's permission model keeps out of sight, for which `existsSync` throws. */
export function isPresent(path: string): boolean {
  try {
    return existsSync(path);
  } catch {
    return false;
  }
}
