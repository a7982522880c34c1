/**
 * Where the real Jaeger's binary lies: in the cache folder, keyed by the version that test/jaeger/server/go.mod names.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, repository } from './cache';

const goMod = readFileSync(join(repository, 'test/jaeger/server/go.mod'), 'utf8');

/** `v1.76.0` */
const jaegerVersion: string = /jaegertracing\/jaeger (v\S+)/.exec(goMod)?.[1] ?? 'unknown';

/** Absolute; whether it is there is for `needs` to say. */
export const jaegerBinary: string = join(cacheFolder, `jaeger-${jaegerVersion}`);
