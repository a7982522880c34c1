/**
 * The agent's voice: one line on stderr for each thing worth saying, at most once a minute for the same thing.
 * Beside a span's way: every station reports here and nowhere else.
 */
import { writeSync } from 'node:fs';
import { type CodeName, codes, type Level } from './codes';

type LogLevel = Level | 'none';

const RANK: Record<LogLevel, number> = { none: 0, error: 1, warn: 2, info: 3, debug: 4 };
/** A line with the same code and subject is repeated at most this often, in milliseconds. */
const QUIET = 60_000;
/** Hears every code with its values, whatever the level: `tracing-agent doctor` has a preload that does. */
const LISTENER = Symbol.for('tracing-agent.listener');
/** Distinct code-and-subject pairs remembered; past it the memory starts anew, so that it can't grow. */
const MOST_SUBJECTS = 200;

let level: LogLevel = 'warn';
// Descriptor 2 itself: `process.stderr` is a lazy getter that loads tty or net, which an application may never need.
let write = (line: string): void => {
  writeSync(2, line);
};
const last = new Map<string, { at: number; suppressed: number }>();

export function setLogLevel(to: LogLevel): void {
  level = to;
}

/** Whether anybody hears what is said at `of`: for values that it takes something to find. */
export function isHeard(of: Level): boolean {
  return RANK[of] <= RANK[level] || (globalThis as any)[LISTENER] !== undefined;
}

/** Sends the lines elsewhere; tests read them so. Returns the previous writer. */
export function setLogWriter(to: (line: string) => void): (line: string) => void {
  const before = write;
  write = to;
  return before;
}

/**
 * Says what `code` stands for, with its values filled in.
 * @param values replace `{name}` in the text; `subject` (not printed by itself) tells apart what is repeated
 */
export function report(code: CodeName, values: Record<string, unknown> = {}, subject = ''): void {
  try {
    const { level: of, text, next } = codes()[code];
    (globalThis as any)[LISTENER]?.(code, values);
    if (RANK[of] > RANK[level]) return;
    const key = `${code} ${subject}`;
    const now = Date.now();
    const before = last.get(key);
    if (before !== undefined && now - before.at < QUIET) {
      before.suppressed++;
      return;
    }
    if (last.size >= MOST_SUBJECTS) last.clear();
    last.set(key, { at: now, suppressed: 0 });
    const again = before?.suppressed ? ` (${before.suppressed} more like this)` : '';
    write(`tracing-agent: ${fill(text, values)}${again} (${code}; ${fill(next, values)})\n`);
  } catch {
    // A value whose toString throws, or a broken stderr: the application comes first.
  }
}

function fill(text: string, values: Record<string, unknown>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => oneLine(values[name]));
}

/** Any value as one printable line of at most 300 characters. */
function oneLine(value: unknown): string {
  const text = value instanceof Error ? describe(value) : String(value);
  return text.replace(/[\x00-\x1f\x7f]+/g, ' ').slice(0, 300);
}

function describe(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code;
  return code !== undefined && !error.message.includes(code) ? `${code}: ${error.message}` : error.message;
}
