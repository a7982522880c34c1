/**
 * Drives one of OpenTelemetry's instrumentations: has it patch what has just loaded, without a hook of its own.
 * Second station of a span's way: what our own patches are for the libraries that most applications use.
 */
import { metrics } from '@opentelemetry/api';
import { noteGrpc } from '../http/grpc';
import type { Patch, Tools } from '../instrumentation';
import type { Contrib, ContribTarget } from './contrib';
import { LastingTracer } from './lasting-tracer';

/** The parts of `InstrumentationBase` and its definitions that are used here. */
interface Instrumentation {
  readonly instrumentationName: string;
  readonly instrumentationVersion: string;
  setTracerProvider(provider: unknown): void;
  setMeterProvider(provider: unknown): void;
  getModuleDefinitions(): readonly Definition[];
  enable(): void;
}
interface Patched {
  patch?: (exports: unknown, version?: string) => unknown;
  unpatch?: (exports: unknown, version?: string) => void;
}
interface Definition extends Patched {
  moduleVersion?: string;
  readonly files: readonly Patched[];
}
interface Driven {
  readonly instrumentation: Instrumentation;
  /** `getModuleDefinitions()` makes new ones at each call. */
  readonly definitions: readonly Definition[];
}

const driven = new Map<string, Driven>();

export function drive(entry: Contrib, target: ContribTarget): Patch {
  return (exports, library, tools) => {
    const { definitions } = start(entry, tools);
    const [index, file] = target.at;
    const definition = definitions[index];
    const part = file === undefined ? definition : definition?.files[file];
    if (definition === undefined || typeof part?.patch !== 'function') {
      throw new Error(`${entry.className} has no patch for ${target.file ?? target.module}`);
    }
    // A built-in has no version of its own, and its instrumentation is given none.
    const version = library.directory === '' ? undefined : library.version;
    definition.moduleVersion = version!;
    try {
      const patched = part.patch(exports, version);
      if (entry.name === 'grpc') noteGrpc();
      return patched;
    } catch (error) {
      undo(part, exports, version);
      throw error;
    }
  };
}

/** The instrumentation, made when the first of its targets has loaded. */
function start(entry: Contrib, tools: Tools): Driven {
  let known = driven.get(entry.name);
  if (known === undefined) {
    const Class = entry.load()[entry.className] as new (options: object) => Instrumentation;
    const instrumentation = new Class({ ...tools.options.own, enabled: false });
    const { instrumentationName: name, instrumentationVersion: version } = instrumentation;
    instrumentation.setTracerProvider({ getTracer: () => new LastingTracer(name, version) });
    // Those whose instruments are class fields have lost what their base's constructor made, and fail in each call.
    instrumentation.setMeterProvider(metrics.getMeterProvider());
    // Some ask in each call whether they are enabled. Their hooks are left out of the build: nothing is installed.
    instrumentation.enable();
    known = { instrumentation, definitions: instrumentation.getModuleDefinitions() };
    driven.set(entry.name, known);
  }
  return known;
}

/** Takes back the half of a patch that was made before it threw. */
function undo(part: Patched, exports: unknown, version: string | undefined): void {
  try {
    part.unpatch?.(exports, version);
  } catch {
    // The patch's own error says what is wrong.
  }
}
