/**
 * Parsers of key and value pairs: OpenTelemetry's resource attributes and Jaeger's tags.
 * Beside a span's way: used by the options table.
 */

import type { Tags, TagValue } from './config';
import type { Complaints, Environment, Parser } from './parser';

/** `key=value,…` with percent-encoding, as in OTEL_RESOURCE_ATTRIBUTES. A bad pair is named, the others count. */
export const resourceAttributes: Parser<Tags> = {
  accepts: 'list of `key=value`, percent-encoded; in code an object',
  parse: (value, complaints) =>
    typeof value === 'string' ? pairs(value, complaints, decode, decode) : entries(value, complaints),
};

/** `key=value,…` where a value may be `${VARIABLE:default}`, as in JAEGER_TAGS. A bad pair is named, the others count. */
export const tags: Parser<Tags> = {
  accepts: `list of \`key=value\`, where a value may be \`\${VARIABLE:default}\`; in code an object`,
  parse: (value, complaints) =>
    typeof value === 'string' ? pairs(value, complaints, asIs, expand) : entries(value, complaints),
};

/** Gives a value's meaning; undefined leaves the pair out; throws where the text is malformed. */
type Meaning = (text: string, env: Environment) => string | undefined;

const decode = (text: string): string => (text.includes('%') ? decodeURIComponent(text) : text);
const asIs = (text: string): string => text;

const expand: Meaning = (text, env) => {
  if (!text.startsWith('${') || !text.endsWith('}')) return text;
  const colon = text.indexOf(':');
  const name = text.slice(2, colon === -1 ? -1 : colon);
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value !== undefined && value !== '') return value;
  // Jaeger's clients disagree on a variable that is not set and has no default; a tag without a value helps nobody.
  return colon === -1 ? undefined : text.slice(colon + 1, -1);
};

function pairs(
  text: string,
  complaints: Complaints,
  ofKey: (text: string) => string,
  ofValue: Meaning,
): Tags | undefined {
  const result: Record<string, string> = {};
  let accepted = false;
  for (const pair of text.split(',')) {
    if (pair.trim() === '') continue;
    const equals = pair.indexOf('=');
    const key = pair.slice(0, Math.max(equals, 0)).trim();
    if (key === '') {
      complaints.invalid('is not key=value', pair.trim());
      continue;
    }
    try {
      const value = ofValue(pair.slice(equals + 1).trim(), complaints.env);
      if (value !== undefined) result[ofKey(key)] = value;
      accepted = true;
    } catch {
      complaints.invalid('is not percent-encoded correctly', pair.trim());
    }
  }
  return accepted ? result : undefined;
}

function entries(value: unknown, complaints: Complaints): Tags | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    complaints.invalid('is not a list of key=value');
    return undefined;
  }
  const result: Record<string, TagValue> = {};
  for (const [key, content] of Object.entries(value)) {
    if (typeof content === 'string' || typeof content === 'boolean' || Number.isFinite(content)) {
      result[key] = content as TagValue;
    } else complaints.invalid('holds a value that is neither text, number nor boolean', key);
  }
  return result;
}
