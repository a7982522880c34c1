/**
 * Lets an application's own copy of `@opentelemetry/api` find the agent's provider, whatever 1.x version it is.
 * Second station of a span's way: why a span made by hand joins the trace.
 *
 * A copy of the API registers something of its own (a MeterProvider, say) only where exactly its version is noted with
 * the globals. So the first copy that the application loads finds its own version noted, as it would without the agent,
 * and a newer one raises it. Reading is open to all: see record/api-version.ts.
 */
import { report } from '../diagnostics/log';
import type { Patch } from './instrumentation';
import { wrap } from './wrap';

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
  tellOfSecondSdk(exports, library.version);
  return exports;
};

/**
 * An SDK that the application sets up itself is refused by the API, with a line that only a diagnostics logger gets. Its
 * instrumentations find the agent's provider then, and trace each call a second time.
 */
function tellOfSecondSdk(exports: any, version: string): void {
  wrap(
    Object.getPrototypeOf(exports.trace),
    'setGlobalTracerProvider',
    'opentelemetry-api',
    (original) =>
      function setGlobalTracerProvider(this: unknown, ...args: unknown[]) {
        report('TA_SECOND_SDK', { version });
        return original.apply(this, args);
      },
  );
}

function newer(version: string, than: string): boolean {
  const [, minor = 0, patchLevel = 0] = version.split(/[.-]/).map(Number);
  const [, otherMinor = 0, otherPatchLevel = 0] = than.split(/[.-]/).map(Number);
  return minor > otherMinor || (minor === otherMinor && patchLevel > otherPatchLevel);
}
