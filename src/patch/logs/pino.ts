/**
 * Adds the active span's ids to pino's records, below all that the application gave: its objects, bindings and mixin.
 * Beside a span's way.
 *
 * A record is made of the merged object in `asJson`, pino 6 to 10. There the application's mixin has been called and
 * its formatters have not, so that these see the fields, as they do with OpenTelemetry's own instrumentation.
 */
import type { Patch } from '../instrumentation';
import { wrap } from '../wrap';
import { FIELD_NAMES, traceFields } from './trace-fields';

interface Logger {
  [name: symbol]: unknown;
}

/** `lib/proto.js`, a function that gives an object with the prototype of all loggers; at first the prototype itself. */
export const patch: Patch = (exports, _library, tools) => {
  const prototype = typeof exports === 'function' ? Object.getPrototypeOf(exports()) : exports;
  const asJson = symbolOf(prototype, 'pino.asJson')!;
  let chindings: symbol | undefined;
  let formatters: symbol | undefined;

  /** What takes the place of a record's object: it, where nothing is to be added. */
  function withFields(logger: Logger, given: unknown): unknown {
    try {
      const fields: Record<string, string> | undefined = traceFields() as any;
      if (fields === undefined || typeof given !== 'object' || given === null) return given;
      chindings ??= symbolAbove(logger, 'pino.chindings');
      formatters ??= symbolAbove(logger, 'pino.formatters');
      // A formatter may ask more of an object of a class than its fields.
      const { log } = (logger[formatters!] ?? {}) as { log?: unknown };
      if (typeof log === 'function' && !isPlain(given)) return given;
      const bound = logger[chindings!];
      for (const name of FIELD_NAMES) {
        if (typeof bound === 'string' && bound.includes(`"${name}":`)) delete fields[name];
      }
      return Object.assign(fields, given);
    } catch (error) {
      tools.fault(error);
      return given;
    }
  }

  wrap(prototype, asJson, 'pino', (original) => {
    return function asJson(this: Logger, object: unknown, ...rest: unknown[]): unknown {
      return original.call(this, withFields(this, object), ...rest);
    };
  });
};

function isPlain(object: object): boolean {
  const prototype = Object.getPrototypeOf(object);
  return prototype === Object.prototype || prototype === null;
}

/** Each copy of pino has symbols of its own. */
function symbolOf(object: object, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(object).find((symbol) => symbol.description === description);
}

/** Children have their parent as prototype. */
function symbolAbove(logger: object, description: string): symbol | undefined {
  for (let each: object | null = logger; each !== null; each = Object.getPrototypeOf(each)) {
    const found = symbolOf(each, description);
    if (found !== undefined) return found;
  }
  return undefined;
}
