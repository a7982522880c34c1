/**
 * Runs a row's patch on a library that has just loaded, so that a patch that fails leaves the library alone.
 * Second station of a span's way.
 */
import { counters } from '../diagnostics/counters';
import { report } from '../diagnostics/log';
import type { Library, Patch, Tools } from './instrumentation';

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
    try {
      // The tools first: they bring in the part of the agent that the patch's chunk is built upon.
      const tools = this.#toolsOf(row.instrumentation);
      const replaced = row.load()(exports, library, tools);
      counters.patched++;
      return replaced === undefined ? exports : replaced;
    } catch (error) {
      counters.patchFailed++;
      const { name, version } = library;
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
