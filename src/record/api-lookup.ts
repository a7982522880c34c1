/**
 * Shortens the way of this bundle's own copy of the API to the active context, which a request asks for a dozen times,
 * and to the propagator. Fourth station of a span's way.
 *
 * The API reads its globals twice for each call, and compares versions between: 700 instructions, more than what the
 * manager itself takes. Other copies of the API, the application's among them, stay as they are.
 */
import { context, propagation } from '@opentelemetry/api';

/** Where every 1.x copy of the API keeps its globals. */
const KEY = Symbol.for('opentelemetry.js.api.1');

type Slots = { readonly context?: unknown; readonly propagation?: unknown } | undefined;

/** What the API's classes have inside; a unit test looks whether they still do. */
type Inside = Record<string, ((this: unknown) => unknown) | undefined>;

const contextApi = context as unknown as Inside;
const propagationApi = propagation as unknown as Inside;
const usualContext = contextApi._getContextManager;
const usualPropagation = propagationApi._getGlobalPropagator;

/**
 * So often the slots are taken from the last look at the globals: to find a name in the global object costs more than
 * all the rest. That somebody takes them away or makes them anew, which the API itself never does, is seen so much later.
 */
const LOOK_EVERY = 64;

/** To be called once the globals are in place. */
export function shortenLookups(): void {
  const home = globalThis as { readonly [KEY]?: Slots };
  let known = home[KEY];
  let lookups = 0;
  const slots = (): Slots => {
    if (++lookups % LOOK_EVERY === 0) known = home[KEY];
    return known;
  };
  if (usualContext !== undefined)
    contextApi._getContextManager = function (this: unknown): unknown {
      return slots()?.context ?? usualContext.call(this);
    };
  if (usualPropagation !== undefined)
    propagationApi._getGlobalPropagator = function (this: unknown): unknown {
      return slots()?.propagation ?? usualPropagation.call(this);
    };
}
