/**
 * Finds the values of the settings where no more is set than usually is, as `resolve.ts` would find them.
 * Beside a span's way: the first thing at start. The table of settings with all its parsers would be two fifths of what an
 * empty script's start takes, and most processes set little: the service's name and attributes, where spans go, the
 * sampler.
 */
import type { Config, Mutable, SamplerName, Tags } from './config';
import { BINARY_PORT, LONGEST_HOST } from './destination';
import type { Surroundings } from './environment';
import { findPackageName } from './package-name';
import type { Environment } from './parser';
import { joinSampler } from './sampler-setting';
import { defaults, usualSamplers, usualVariables } from './usual-table';

/** Options that are known here, in some of their forms. */
export const USUAL_OPTIONS = [
  'serviceName',
  'resourceAttributes',
  'tags',
  'exporter',
  'agentHost',
  'agentPort',
  'endpoint',
  'sampler',
  'samplerArgument',
] as const;
export type UsualOption = (typeof USUAL_OPTIONS)[number];

type Given = { [N in UsualOption]?: string };

/**
 * @param code what `start(options)` was given
 * @param variables as `givenVariables` picks them
 * @returns undefined where anything is set that this doesn't know, or that has to be complained about
 */
export function usualConfig(
  { mainScript, directory, readFile }: Omit<Surroundings, 'env'>,
  code: object,
  variables: Environment,
): Config | undefined {
  if (!isEmpty(code)) return undefined;
  const given = givenOptions(variables);
  if (given === undefined) return undefined;
  const { exporter = 'jaeger', agentHost = defaults.agentHost, agentPort, endpoint } = given;
  const sampler = samplerOf(given);
  if (sampler === undefined || exporter !== 'jaeger' || !isHost(agentHost)) return undefined;
  const config: Mutable<Config> = { ...defaults, agentHost, sampler };
  if (agentPort !== undefined) {
    const port = wholeNumber(agentPort);
    // The port for Thrift binary changes another setting.
    if (!(port >= 1 && port <= 65_535) || port === BINARY_PORT) return undefined;
    config.agentPort = port;
  }
  if (endpoint !== undefined) {
    // One of the two excludes the other.
    if (given.agentHost !== undefined || agentPort !== undefined || !isPlainAddress(endpoint))
      return undefined;
    config.endpoint = endpoint;
  }
  // A key of both would be only one's.
  if (given.resourceAttributes !== undefined && given.tags !== undefined) return undefined;
  for (const name of ['resourceAttributes', 'tags'] as const) {
    const text = given[name];
    if (text === undefined) continue;
    const pairs = plainPairs(text);
    if (pairs === undefined) return undefined;
    config[name] = pairs;
  }
  const name = given.serviceName ?? findPackageName(mainScript, directory, readFile)?.value;
  if (name !== undefined) config.serviceName = name;
  return config;
}

function isEmpty(code: object): boolean {
  try {
    for (const _ in code) return false;
    return true;
  } catch {
    // A proxy that throws: complained about elsewhere.
    return false;
  }
}

/** Undefined where a variable is none of the usual ones, or the second of its setting. */
function givenOptions(env: Environment): Given | undefined {
  const given: Given = {};
  for (const variable of Object.keys(env)) {
    if (!Object.hasOwn(usualVariables, variable)) return undefined;
    const option = usualVariables[variable]!;
    if (given[option] !== undefined) return undefined;
    given[option] = env[variable]!.trim();
  }
  return given;
}

function samplerOf({ sampler, samplerArgument }: Given): Config['sampler'] | undefined {
  if (sampler === undefined) return samplerArgument === undefined ? defaults.sampler : undefined;
  if (!usualSamplers.includes(sampler)) return undefined;
  const argument = samplerArgument === undefined ? undefined : decimal(samplerArgument);
  if (Number.isNaN(argument)) return undefined;
  let fits = true;
  const joined = joinSampler(sampler as SamplerName, argument, () => {
    fits = false;
  });
  return fits ? joined : undefined;
}

// Comparisons in place of expressions below: V8 takes longer to make one than for all else here.

/** Letters, digits, dots and hyphens; an address of version 6 is read elsewhere. */
function isHost(text: string): boolean {
  if (text.length > LONGEST_HOST) return false;
  for (let at = 0; at < text.length; at++) {
    const each = text[at]!;
    if (
      !isDigit(each) &&
      !(each >= 'a' && each <= 'z') &&
      !(each >= 'A' && each <= 'Z') &&
      each !== '.' &&
      each !== '-'
    )
      return false;
  }
  return true;
}

/** A URL that says where, and nothing else. */
function isPlainAddress(text: string): boolean {
  if (!text.startsWith('http://') && !text.startsWith('https://')) return false;
  try {
    const { href, pathname, username, password, search, hash } = new URL(text);
    return (
      href === text && pathname !== '/' && username + password + search + hash === '' && !text.endsWith('#')
    );
  } catch {
    return false;
  }
}

/** `key=value,…` without percent signs, other variables and the service's name. */
function plainPairs(text: string): Tags | undefined {
  if (text.includes('%') || text.includes('${')) return undefined;
  const pairs: Record<string, string> = {};
  for (const pair of text.split(',')) {
    const equals = pair.indexOf('=');
    const key = pair.slice(0, Math.max(equals, 0)).trim();
    if (key === '' || key === 'service.name' || Object.hasOwn(pairs, key)) return undefined;
    pairs[key] = pair.slice(equals + 1).trim();
  }
  return pairs;
}

/** NaN for anything but up to nine digits. */
function wholeNumber(text: string): number {
  if (text.length > 9) return Number.NaN;
  for (let at = 0; at < text.length; at++) if (!isDigit(text[at]!)) return Number.NaN;
  return Number(text);
}

/** `1`, `0.25`; NaN for any other form. */
function decimal(text: string): number {
  const dot = text.indexOf('.');
  if (dot === -1) return wholeNumber(text);
  return dot === 0 ||
    dot === text.length - 1 ||
    Number.isNaN(wholeNumber(text.slice(0, dot)) + wholeNumber(text.slice(dot + 1)))
    ? Number.NaN
    : Number(text);
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}
