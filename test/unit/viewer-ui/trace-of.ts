/** Builds small traces for the page's unit tests. */
import { buildTrace } from '../../../src/viewer/ui/model/build-trace';
import type { Trace } from '../../../src/viewer/ui/model/span';
import { type Part, traceOf } from '../../viewer-ui/given-traces';

type ShortPart = [id: string, parent: string, at: number, takes: number, rest?: Partial<Part>];

/** Each part as id, parent (empty for none), start, duration; of the service `a` unless `rest` says otherwise. */
export function smallTrace(...parts: ShortPart[]): Trace {
  return buildTrace(
    traceOf(
      '1',
      parts.map(([id, parent, at, takes, rest]) => ({
        id,
        parent: parent || undefined,
        process: 'a',
        name: id,
        at,
        takes,
        ...rest,
      })),
    ),
  );
}
