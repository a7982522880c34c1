/**
 * All packages that can be patched, our own rows and those for OpenTelemetry's instrumentations. A chunk of its own, read
 * when the first package loads: a script without packages pays nothing for the table.
 * Second station of a span's way.
 */
import { contribBuiltins, contribRows } from './contrib/contrib';
import { table } from './contrib/table';
import { type PackageRow, packages } from './registry';

export function libraryRows(): PackageRow[] {
  return [...packages, ...contribRows(table)];
}

/** Rows for Node's own modules, of instrumentations that are used only where the settings name them. */
export function builtinRowsByName() {
  return contribBuiltins(table);
}

/** OpenTelemetry's instrumentations. */
export function contribNames(): string[] {
  return table.map((entry) => entry.name);
}
