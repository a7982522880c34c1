/**
 * Runs a row's patch on a library that has just loaded, so that a patch that fails, or doesn't fit, leaves it alone.
 * Second station of a span's way.
 */
import { counters } from '../diagnostics/counters';
import { isHeard, report } from '../diagnostics/log';
import type { Library, Patch, Tools } from './instrumentation';
import { Trial, tried } from './wrap';

interface Row {
  readonly instrumentation: string;
  readonly load: () => Patch;
}

export class Patcher {
  readonly #createTools: (instrumentation: string) => Tools;
  /** One set of tools an instrumentation, however many files and copies of libraries it patches. */
  readonly #tools = new Map<string, Tools>();

  constructor(createTools: (instrumentation: string) => Tools) {
    this.#createTools = createTools;
  }

  /** What takes the place of `exports`: the same object where the patch works in place or has failed. */
  apply(row: Row, exports: unknown, library: Library): unknown {
    const { name, version, file } = library;
    const trial = new Trial();
    try {
      // The tools first: they bring in the part of the agent that the patch's chunk is built upon.
      const tools = this.#toolsOf(row.instrumentation);
      const patch = row.load();
      const replaced = tried(trial, () => patch(exports, library, tools));
      const isReplaced = replaced !== undefined && replaced !== exports;
      const lacking = isReplaced && !library.newer ? undefined : lackingIn(trial, library);
      if (lacking !== undefined) {
        trial.undo();
        counters.patchFailed++;
        report('TA_PATCH_NOTHING', { library: name, version, file, lacking }, `${library.directory} ${file}`);
        return exports;
      }
      counters.patched++;
      if (isHeard('debug'))
        report('TA_PATCHED', { library: name, version, instrumentation: row.instrumentation }, name);
      return replaced === undefined ? exports : replaced;
    } catch (error) {
      counters.patchFailed++;
      try {
        trial.undo();
      } catch {
        // What can't be undone was hardly done.
      }
      report(
        'TA_PATCH_FAILED',
        { library: name, version, instrumentation: row.instrumentation, error },
        name,
      );
      return exports;
    }
  }

  #toolsOf(instrumentation: string): Tools {
    let tools = this.#tools.get(instrumentation);
    if (tools === undefined) {
      tools = this.#createTools(instrumentation);
      this.#tools.set(instrumentation, tools);
    }
    return tools;
  }
}

/**
 * What the library lacks of the shape that the patch knows; undefined where it fits. A version in the tested range may
 * lack parts, since the range is wide, but not all; one above it may lack none.
 */
function lackingIn({ found, missing }: Trial, library: Library): string | undefined {
  return missing.length > 0 && (found === 0 || library.newer) ? missing.join(', ') : undefined;
}
