/**
 * Lets an application's own copy of `@opentelemetry/api` find the agent's provider, whatever 1.x version it is.
 * Second station of a span's way: why a span made by hand joins the trace.
 *
 * A copy of the API registers something of its own (a MeterProvider, say) only where exactly its version is noted with
 * the globals. So the first copy that the application loads finds its own version noted, as it would without the agent,
 * and a newer one raises it. Reading is open to all: see record/api-version.ts.
 */
import type { Patch } from './instrumentation';

/** Where every 1.x copy of the API keeps its globals. */
const GLOBALS = Symbol.for('opentelemetry.js.api.1');

let noted: string | undefined;

export const patch: Patch = (exports, library) => {
  const globals = (globalThis as any)[GLOBALS] as { version?: string } | undefined;
  if (globals === undefined) return exports;
  if (noted === undefined || newer(library.version, noted)) {
    noted = library.version;
    globals.version = noted;
  }
  return exports;
};

function newer(version: string, than: string): boolean {
  const [, minor = 0, patchLevel = 0] = version.split(/[.-]/).map(Number);
  const [, otherMinor = 0, otherPatchLevel = 0] = than.split(/[.-]/).map(Number);
  return minor > otherMinor || (minor === otherMinor && patchLevel > otherPatchLevel);
}
