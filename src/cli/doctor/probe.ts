/**
 * What doctor loads into the application's processes, before the agent: it writes down what the agent says there.
 * Beside a span's way: between the application and `check-application`.
 *
 * It is text, since any Node has to be able to read it, however old; and a file of its own for each run, since
 * NODE_OPTIONS gives a preload no arguments.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ProcessRecord {
  readonly pid: number;
  readonly node: string;
  /** The main script; absent for a REPL, `node -e`, or a thread. */
  readonly script?: string;
  /** What the agent said. */
  readonly codes: { readonly code: string; readonly values: Readonly<Record<string, string>> }[];
}

const SOURCE = `(function () {
  var fs = require('fs');
  function write(line) {
    try {
      line.pid = process.pid;
      fs.appendFileSync(FILE, JSON.stringify(line) + '\\n');
    } catch (_) {}
  }
  write({ node: process.versions.node, script: process.argv[1] });
  if (typeof Symbol !== 'function' || !Symbol.for) return;
  Object.defineProperty(global, Symbol.for('tracing-agent.listener'), {
    configurable: true,
    value: function (code, values) {
      var texts = {};
      for (var name in values) {
        var value = values[name];
        texts[name] = String((value && value.message) || value);
      }
      write({ code: code, values: texts });
    }
  });
})();
`;

/** Writes the preload into `folder`. @returns its path */
export function writeProbe(folder: string): string {
  const file = join(folder, 'probe.js');
  writeFileSync(
    file,
    SOURCE.replace('FILE', () => JSON.stringify(recordFile(folder))),
  );
  return file;
}

/** What the processes wrote, one record each, in the order of their starts. */
export function readRecords(folder: string): ProcessRecord[] {
  let text: string;
  try {
    text = readFileSync(recordFile(folder), 'utf8');
  } catch {
    return [];
  }
  const records = new Map<number, ProcessRecord>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    let entry: {
      pid: number;
      node?: string;
      script?: string;
      code?: string;
      values?: Record<string, string>;
    };
    try {
      entry = JSON.parse(line);
    } catch {
      // Two processes at once, a full disk: what is whole counts.
      continue;
    }
    const { pid, node, script, code, values = {} } = entry;
    const record = records.get(pid);
    // Threads run preloads too.
    if (node !== undefined && record === undefined) {
      records.set(pid, { pid, node, ...(script === undefined ? {} : { script }), codes: [] });
    } else if (code !== undefined) record?.codes.push({ code, values });
  }
  return [...records.values()];
}

function recordFile(folder: string): string {
  return join(folder, 'records.jsonl');
}
