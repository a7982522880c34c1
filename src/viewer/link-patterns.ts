/**
 * Reads the patterns by which the page makes links of tags, from a file in the format of Jaeger UI's configuration.
 * After a span's way: beside the page's API.
 */
import { readFileSync } from 'node:fs';
import { LINK_TYPES, type LinkPattern, type LinksAnswer } from './api/answers';

/** Read anew each time: it is asked for once for each page that is opened. */
export function readLinkPatterns(file: string | undefined): LinksAnswer {
  if (file === undefined) return { file: null, patterns: [], errors: [] };
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const list = Array.isArray(content)
      ? content
      : (content as { linkPatterns?: unknown } | null)?.linkPatterns;
    if (!Array.isArray(list)) throw new Error('neither a list of patterns nor an object with "linkPatterns"');
    const patterns: LinkPattern[] = [];
    const errors: string[] = [];
    for (const [index, each] of list.entries()) {
      const pattern = patternOf(each);
      if (typeof pattern === 'string') errors.push(`pattern ${index + 1}: ${pattern}`);
      else patterns.push(pattern);
    }
    return { file, patterns, errors };
  } catch (error) {
    return { file, patterns: [], errors: [(error as Error).message] };
  }
}

/** @returns why it is none, where it is none */
function patternOf(given: unknown): LinkPattern | string {
  const { type, key, url, text } = (given ?? {}) as Record<string, unknown>;
  const known = LINK_TYPES.find((each) => each === type);
  if (known === undefined) return `"type" is one of ${LINK_TYPES.join(', ')}`;
  if (typeof url !== 'string' || typeof text !== 'string') return '"url" and "text" are texts';
  // What a link from a file may not do is run in the page.
  if (/^\s*(javascript|data|vbscript):/i.test(url)) return '"url" is no address';
  const keys = known === 'traces' ? [] : [key].flat();
  if (!keys.every((each): each is string => typeof each === 'string'))
    return '"key" is a text, or a list of texts';
  return { type: known, keys, url, text };
}
