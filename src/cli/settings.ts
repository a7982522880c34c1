/**
 * The settings as a command in this folder would have them: resolved as the agent does, with each one's source and text.
 * Beside a span's way: what `config` and `doctor` look at.
 */
import { isAbsolute, join } from 'node:path';
import type { Config, OptionName } from '../config/config';
import { readSurroundings } from '../config/environment';
import { options } from '../config/options';
import type { Environment } from '../config/parser';
import { type Resolved, resolveConfig } from '../config/resolve';
import { show } from '../config/shown-value';
import type { Source } from '../config/source';

export interface Effective extends Resolved {
  readonly env: Environment;
  readonly directory: string;
}

/** @param script the application's main script, where it is known; the service's name is looked for above it */
export function effectiveSettings(script?: string, changes: Environment = {}): Effective {
  const { env: own, directory, readFile } = readSurroundings();
  const env = { ...own, ...changes };
  const mainScript = script === undefined || isAbsolute(script) ? script : join(directory, script);
  return { ...resolveConfig({ env, directory, readFile, mainScript }), env, directory };
}

/** What `name` was resolved to, as one printable text; a secret says only whether it is set. */
export function valueText({ config, sources }: Effective, name: OptionName): string {
  const { sampler } = config;
  if (name === 'sampler') {
    const prefix = sampler.parentBased && !['const', 'probabilistic', 'ratelimiting'].includes(sampler.type);
    return `${prefix ? 'parentbased_' : ''}${sampler.type}`;
  }
  if (name === 'samplerArgument') return String(sampler.argument);
  // It has become a part of the sampler.
  if (name === 'enable') return String(sources.enable.kind !== 'default' && sampler.type === 'always_on');
  const value: unknown = config[name];
  const { secret, unit } = options[name];
  if (secret) return value === undefined || isEmpty(value) ? 'none' : '(hidden)';
  if (value === undefined || value === Number.POSITIVE_INFINITY || isEmpty(value)) return 'none';
  const text =
    Array.isArray(value) && value.every((each) => typeof each !== 'object')
      ? value.map(show).join(',')
      : shown(value);
  return unit === undefined ? text : `${text} ${unit}`;
}

/** Where the value came from, as a person would say it. */
export function sourceText({ kind, name }: Source): string {
  switch (kind) {
    case 'default':
      return 'default';
    case 'kubernetes':
      return `Kubernetes: ${name}`;
    case 'file':
      return `file ${name}`;
    case 'package':
      return name;
    case 'excluded':
      return `not used: ${name} is`;
    case 'code':
      return 'code';
    default:
      return name;
  }
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function shown(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : show(value);
}

/** Jaeger's page at its usual port beside the destination. */
export function likelyPage(config: Config): string {
  const host = config.endpoint === undefined ? config.agentHost : new URL(config.endpoint).hostname;
  return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:16686`;
}
