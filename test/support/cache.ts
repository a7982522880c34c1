/**
 * Where the parts that are too big for `npm ci` lie: the user's cache folder, filled by `npm run jaeger` and
 * `npm run nodes` (scripts/cache.mjs holds the same paths for those scripts).
 */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The repository's top folder. */
export const repository = resolve(__dirname, '../..');

/** `$XDG_CACHE_HOME/tracing-agent`, else `~/.cache/tracing-agent`. */
export const cacheFolder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tracing-agent');

/** Set in CI: what is missing fails the test instead of skipping it. */
export const servicesRequired = process.env.REQUIRE_SERVICES === '1';
