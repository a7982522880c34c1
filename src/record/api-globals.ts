/**
 * Offers the agent to every copy of the OpenTelemetry API in the process, before the SDK itself is read.
 * Fourth station of a span's way: the first tracer, context or header asked for brings the SDK in.
 *
 * The SDK and the API are 150 kB of JavaScript, 8 ms of start-up on a slow core, which a script that makes no span
 * needn't pay. So the places that the API's globals have get stand-ins that load what they stand for.
 */
import type { Context, ContextManager, TextMapPropagator, Tracer, TracerProvider } from '@opentelemetry/api';
import { showToAny } from './api-version';
import { inertGlobals } from './inert-globals';

/** What the API's globals stand for. */
export interface Globals {
  readonly trace: TracerProvider;
  readonly context: ContextManager;
  readonly propagation: TextMapPropagator;
}

/** The version of the bundled API, noted with the globals; a contract test compares it with the package's. */
const API_VERSION = '1.9.1';

/** Where every 1.x copy of the API keeps its globals. */
const KEY = Symbol.for('opentelemetry.js.api.1');

type Slots = { version: string } & { -readonly [K in keyof Globals]?: Globals[K] };

/** The places of the API's globals, taken. */
interface Registered {
  /** Puts the real ones where the stand-ins are. */
  install(real: Globals): void;
  remove(): void;
}

/**
 * @param load makes the real ones, and installs them; where it has failed, or is under way and asks for them itself, that
 *   call is answered as without an SDK, and the next one asks again
 * @param insist takes the place of another SDK
 * @returns undefined, with nothing changed, where another SDK has registered
 */
export function registerGlobals(load: () => unknown, insist = false): Registered | undefined {
  const home = globalThis as { [KEY]?: Slots };
  home[KEY] ??= { version: API_VERSION };
  const slots = home[KEY];
  const taken = slots.trace !== undefined || slots.context !== undefined || slots.propagation !== undefined;
  if (taken && !insist) return undefined;
  let loaded: Globals | undefined;
  const find = (): Globals | undefined => {
    if (loaded === undefined) load();
    return loaded;
  };
  const inert = inertGlobals(find);
  const standIns = createStandIns(() => find() ?? inert);
  Object.assign(slots, standIns);
  const unshow = showToAny(home, KEY);
  return {
    install({ trace, context, propagation }) {
      loaded = { trace, context, propagation };
      if (slots.trace === standIns.trace) Object.assign(slots, loaded);
    },
    remove() {
      unshow();
      const own: Globals[] = loaded === undefined ? [standIns] : [standIns, loaded];
      for (const name of ['trace', 'context', 'propagation'] as const) {
        if (own.some((globals) => globals[name] === slots[name])) delete slots[name];
      }
    },
  };
}

function createStandIns(real: () => Globals): Globals {
  const trace: TracerProvider = {
    getTracer: (name, version, options): Tracer => real().trace.getTracer(name, version, options),
  };
  const context: ContextManager = {
    active: (): Context => real().context.active(),
    with: (to, work, self, ...args) => real().context.with(to, work, self, ...args),
    bind: (to, target) => real().context.bind(to, target),
    enable: () => real().context.enable(),
    disable: () => real().context.disable(),
  };
  const propagation: TextMapPropagator = {
    inject: (from, carrier, setter) => real().propagation.inject(from, carrier, setter),
    extract: (to, carrier, getter) => real().propagation.extract(to, carrier, getter),
    fields: () => real().propagation.fields(),
  };
  return { trace, context, propagation };
}
