/**
 * Reads Node's command lines, and reads and writes NODE_OPTIONS, where paths with blanks stand in quotes.
 * Before a span's way: how `run` loads the agent into a command's Node processes.
 * https://nodejs.org/api/cli.html#node_optionsoptions
 */
import { basename, join } from 'node:path';

/** The preload of this copy of the package. */
export const REGISTER = join(__dirname, '..', 'register.js');

/** The words of NODE_OPTIONS, without quotes. */
export function splitNodeOptions(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    if (sign === '\\' && quoted && at + 1 < text.length) word = (word ?? '') + text[++at];
    else if (sign === '"') {
      quoted = !quoted;
      word ??= '';
    } else if (sign === ' ' && !quoted) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + sign;
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** A path as one word of NODE_OPTIONS. */
export function quoted(path: string): string {
  return /[\s"\\]/.test(path) ? `"${path.replace(/["\\]/g, '\\$&')}"` : path;
}

/** Node's options that load a module before the application. */
const PRELOAD_FLAGS: readonly string[] = ['-r', '--require', '--import', '--loader', '--experimental-loader'];

/** Whether a word of a command line is Node's executable. */
export function isNode(word: string): boolean {
  return /^node(?:js)?(?:\.exe)?$/.test(basename(word));
}

/** One module that Node's options load, and by which option. */
export interface Preload {
  readonly flag: string;
  readonly module: string;
}

/** What these words of a command line load before the application. */
export function preloadsIn(words: readonly string[]): Preload[] {
  const found: Preload[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (PRELOAD_FLAGS.includes(word) && at + 1 < words.length)
      found.push({ flag: word, module: words[++at]! });
    const equals = word.indexOf('=');
    if (equals !== -1 && PRELOAD_FLAGS.includes(word.slice(0, equals))) {
      found.push({ flag: word.slice(0, equals), module: word.slice(equals + 1) });
    }
  }
  return found;
}

/** Whether a preload is this agent, of whatever copy. */
export function isAgent({ module }: Preload): boolean {
  const path = module.replaceAll('\\', '/').replace(/^file:\/\//, '');
  return /(?:^|\/)tracing-agent\/register(?:\.m?js)?$/.test(path) || sameFile(path);
}

function sameFile(path: string): boolean {
  const own = REGISTER.replaceAll('\\', '/').replace(/\.js$/, '');
  return path.replace(/\.m?js$/, '') === own;
}

/** `options` with this agent in front of all other preloads, unless one is there. */
export function withAgent(options: string | undefined): string {
  const before = options?.trim() ?? '';
  if (preloadsIn(splitNodeOptions(before)).some(isAgent)) return before;
  return before === '' ? `--require ${quoted(REGISTER)}` : `--require ${quoted(REGISTER)} ${before}`;
}

/** The main script of `node … app.js`; undefined for other commands. */
export function scriptOf(command: readonly string[]): string | undefined {
  const at = command.findIndex(isNode);
  if (at === -1) return undefined;
  const withValue = [...PRELOAD_FLAGS, '-C', '--conditions'];
  for (let next = at + 1; next < command.length; next++) {
    const word = command[next]!;
    if (withValue.includes(word)) next++;
    else if (!word.startsWith('-')) return word;
  }
  return undefined;
}
