/**
 * The fenced code blocks of the documentation, each with its place, its language and what its fence says about it.
 *
 * Behind the language a fence may hold words and `key="value"`:
 *   alone                 js: runs without the agent preloaded
 *   env="A=1 B=2"         js: further environment
 *   spans="a, b"          js: spans of these names arrive
 *   tags="a=1, b=x"       js: some span has each of these tags
 *   settings              json: an object of the settings file
 *   run                   sh: runs; without it a shell block is only checked
 *   not-run="why"         js, console: can't run; its syntax is checked
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../support/cache';

export interface CodeBlock {
  /** From the repository's top, with the line of its first fence: `README.md:12`. */
  place: string;
  language: string;
  /** A word has the value ''. */
  notes: Record<string, string>;
  text: string;
}

/** But for docs/api, which api-extractor writes and test/contracts/public-api.test.ts holds. */
export const pages = [
  ...readdirSync(repository).filter((file) => file.endsWith('.md')),
  ...readdirSync(join(repository, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !file.endsWith('.api.md'))
    .map((file) => join('docs', file)),
].sort();

const KNOWN = new Set(['alone', 'env', 'spans', 'tags', 'settings', 'run', 'not-run']);

export function readPage(page: string): string {
  return readFileSync(join(repository, page), 'utf8');
}

export function codeBlocks(page: string): CodeBlock[] {
  const lines = readPage(page).split('\n');
  const blocks: CodeBlock[] = [];
  for (let at = 0; at < lines.length; at++) {
    const fence = /^( *)(`{3,}|~{3,})([^\s`]*) *(.*)$/.exec(lines[at]!);
    if (fence === null) continue;
    const [, indent = '', ticks = '', language = '', info = ''] = fence;
    const place = `${page}:${at + 1}`;
    const text: string[] = [];
    while (lines[++at]?.trim() !== ticks) {
      if (at >= lines.length) throw new Error(`${place} has no end`);
      text.push(lines[at]!.slice(indent.length));
    }
    blocks.push({ place, language, notes: readNotes(info, place), text: `${text.join('\n')}\n` });
  }
  return blocks;
}

function readNotes(info: string, place: string): Record<string, string> {
  const notes: Record<string, string> = {};
  const rest = info.replace(/([\w-]+)(?:="([^"]*)")?/g, (_, key: string, value = '') => {
    if (!KNOWN.has(key)) throw new Error(`${place}: a fence can't say ${key}`);
    notes[key] = value;
    return '';
  });
  if (rest.trim() !== '') throw new Error(`${place}: ${rest} in the fence`);
  return notes;
}
