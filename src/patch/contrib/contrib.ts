/**
 * The shape of an entry of the table, and its rows for the registry, which read nothing until their library loads.
 * Second station of a span's way.
 */
import type { Patch } from '../instrumentation';
import type { PackageRow } from '../registry';

/** A place that an instrumentation patches. */
export interface ContribTarget {
  readonly module: string;
  /** The file inside the package; its main file where neither this nor `esm` is given. */
  readonly file?: string;
  /** In its place, a file that is an ES module. */
  readonly esm?: string;
  readonly versions: string;
  /** Where its patch stands: among the instrumentation's definitions, and for a file among that definition's files. */
  readonly at: readonly [definition: number, file?: number];
}

/** One of OpenTelemetry's instrumentations. */
export interface Contrib {
  /** Its short name: `mongodb` of `@opentelemetry/instrumentation-mongodb`. */
  readonly name: string;
  readonly className: string;
  /** Of Node's own modules: used only where the settings name it. */
  readonly builtin?: true;
  /** Used only where the settings name it. */
  readonly onRequest?: true;
  /** Reads its chunk. */
  readonly load: () => Record<string, unknown>;
  readonly targets: readonly ContribTarget[];
}

/** The registry's rows for those that patch packages. */
export function contribRows(table: readonly Contrib[]): PackageRow[] {
  return table
    .filter((entry) => entry.builtin === undefined)
    .flatMap((entry) =>
      entry.targets.map((target) => ({
        instrumentation: entry.name,
        module: target.module,
        ...(target.file === undefined ? {} : { file: target.file }),
        ...(target.esm === undefined ? {} : { esm: target.esm }),
        versions: target.versions,
        ...(entry.onRequest && { onRequest: true as const }),
        // Only the instrumentation could tell what it patches; its range is its word.
        exact: true as const,
        load: () => patchOf(entry, target),
      })),
    );
}

/** One row for each of Node's own modules; there is nothing to wait for, so they are patched at start. */
export function contribBuiltins(table: readonly Contrib[]) {
  return table
    .filter((entry) => entry.builtin)
    .flatMap((entry) =>
      entry.targets.map((target) => ({
        instrumentation: entry.name,
        module: target.module,
        load: () => patchOf(entry, target),
      })),
    );
}

function patchOf(entry: Contrib, target: ContribTarget): Patch {
  return (require('./drive') as typeof import('./drive')).drive(entry, target);
}
