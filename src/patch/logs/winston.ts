/**
 * Adds the active span's ids to winston's records, before its formats see them and below all that the application gave.
 * Beside a span's way.
 */
import type { Patch } from '../instrumentation';
import { wrap } from '../wrap';
import { FIELD_NAMES, traceFields } from './trace-fields';

/** `lib/winston/logger.js`. All records pass `write`, those of child loggers once their own metadata are in. */
export const patch: Patch = (exports, _library, tools) => {
  wrap(exports.prototype, 'write', 'winston', (original) => {
    return function write(this: unknown, info: unknown, ...rest: unknown[]): unknown {
      let joined = info;
      try {
        joined = withFields(info);
      } catch (error) {
        tools.fault(error);
      }
      return original.call(this, joined, ...rest);
    };
  });
};

/** A copy, since the object may be the application's own; one of the same class, since formats know errors by it. */
function withFields(info: unknown): unknown {
  if (typeof info !== 'object' || info === null) return info;
  const fields = traceFields();
  if (fields === undefined) return info;
  const copy = Object.create(Object.getPrototypeOf(info), Object.getOwnPropertyDescriptors(info));
  if (info instanceof Error) {
    // An accessor that answers for real errors alone, since V8 11.5.
    Object.defineProperty(copy, 'stack', { value: info.stack, writable: true, configurable: true });
  }
  for (const name of FIELD_NAMES) if (!Object.hasOwn(copy, name)) copy[name] = fields[name];
  return copy;
}
