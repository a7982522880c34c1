// The text of src/config/usual-table.ts, from the table of settings. Used by docs.ts; biome formats it.
import { options } from '../src/config/options';
import { resolveConfig } from '../src/config/resolve';
import { USUAL_OPTIONS, type UsualOption } from '../src/config/usual-config';

/** Which variables the usual settings have. */
export function usualVariables(): Record<string, UsualOption> {
  return Object.fromEntries(
    USUAL_OPTIONS.flatMap((option) => options[option].env.map((variable) => [variable, option])),
  );
}

/** The words for samplers that stand for themselves, but `remote`, which has settings of its own. */
export function usualSamplers(): string[] {
  const { parser } = options.sampler;
  const complaints = { env: {}, invalid: () => {}, notYet: () => {} };
  const words = parser.accepts.match(/\w+/g) ?? [];
  return words.filter((word) => word !== 'remote' && parser.parse(word, complaints) === word);
}

/** JavaScript, since JSON has neither `undefined` nor `Infinity`. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'Number.POSITIVE_INFINITY';
  if (typeof value !== 'object' || value === null)
    return value === undefined ? 'undefined' : JSON.stringify(value);
  const entries = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${literal(each)}`);
  return `{ ${entries.join(', ')} }`;
}

export function renderUsualTable(): string {
  return `/**
 * What the settings are where nothing is set, and the variables and words of those that usually are.
 * Beside a span's way: \`usual-config.ts\` resolves by it. Made from options.ts by scripts/docs.ts.
 */
import type { Config } from './config';
import type { UsualOption } from './usual-config';

export const defaults: Config = ${literal(resolveConfig().config)};

export const usualVariables: Readonly<Record<string, UsualOption>> = ${literal(usualVariables())};

/** Samplers by the words that stand for themselves. */
export const usualSamplers: readonly string[] = ${literal(usualSamplers())};
`;
}
