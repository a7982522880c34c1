/**
 * Adds the active span's ids to bunyan's records, unless they hold such fields already. Beside a span's way.
 */
import type { Patch } from '../instrumentation';
import { wrap } from '../wrap';
import { FIELD_NAMES, traceFields } from './trace-fields';

/** `_emit` gets a record that bunyan has just made of the logger's and the application's fields. */
export const patch: Patch = (exports, _library, tools) => {
  wrap(exports.prototype, '_emit', 'bunyan', (original) => {
    return function _emit(this: unknown, record: any): unknown {
      try {
        const fields = traceFields();
        if (fields !== undefined) {
          for (const name of FIELD_NAMES) if (!Object.hasOwn(record, name)) record[name] = fields[name];
        }
      } catch (error) {
        tools.fault(error);
      }
      return original.apply(this, arguments);
    };
  });
};
