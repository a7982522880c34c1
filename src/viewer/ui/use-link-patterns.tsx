/** The patterns of links that the viewer was started with, asked for once. */
import { useEffect, useState } from 'react';
import type { LinkPattern, LinksAnswer } from '../api/answers';
import { askExtra } from './api';

const NONE: readonly LinkPattern[] = [];
let asked: Promise<readonly LinkPattern[]> | undefined;
let known: readonly LinkPattern[] | undefined;

async function read(): Promise<readonly LinkPattern[]> {
  try {
    const answer = await askExtra<{ data: LinksAnswer }>('links');
    for (const error of answer?.data.errors ?? []) console.warn(`${answer?.data.file}: ${error}`);
    known = answer?.data.patterns ?? NONE;
    return known;
  } catch {
    // Without links everything else is there; the next page asks again.
    asked = undefined;
    return NONE;
  }
}

export function useLinkPatterns(): readonly LinkPattern[] {
  const [patterns, setPatterns] = useState(known ?? NONE);
  useEffect(() => {
    let here = true;
    asked ??= read();
    void asked.then((found) => here && setPatterns(found));
    return () => {
      here = false;
    };
  }, []);
  return patterns;
}
