/**
 * Joins the sampler's name and its argument into one setting.
 * Beside a span's way: last step of resolution for the sampler.
 */
import type { SamplerConfig, SamplerName, SamplerType } from './config';

/** Defaults: OpenTelemetry's for `traceidratio`, Jaeger's for the rest. */
const DEFAULT_ARGUMENT: Record<SamplerType, number> = {
  always_on: 1,
  always_off: 0,
  traceidratio: 1,
  const: 1,
  probabilistic: 0.001,
  ratelimiting: 10,
  remote: 0.001,
};

const PARENT_BASED = 'parentbased_';

/**
 * @param argument the number given, if any
 * @param onBadArgument told what is wrong with it; the sampler's default holds then
 */
export function joinSampler(
  name: SamplerName,
  argument: number | undefined,
  onBadArgument: (problem: string) => void,
): SamplerConfig {
  const prefixed = name.startsWith(PARENT_BASED);
  const type = (prefixed ? name.slice(PARENT_BASED.length) : name) as SamplerType;
  // Jaeger's clients never ask their samplers about a span with a parent.
  const parentBased = prefixed || ['const', 'probabilistic', 'ratelimiting'].includes(type);
  const problem = argument === undefined ? undefined : problemOf(type, argument);
  if (problem !== undefined) onBadArgument(problem);
  const takes = argument !== undefined && problem === undefined && !type.startsWith('always_');
  return { type, argument: takes ? argument : DEFAULT_ARGUMENT[type], parentBased };
}

function problemOf(type: SamplerType, argument: number): string | undefined {
  if (type === 'const') return argument === 0 || argument === 1 ? undefined : 'is neither 0 nor 1';
  if (type.startsWith('always_')) return undefined;
  if (type === 'ratelimiting') return argument >= 0 ? undefined : 'is less than 0';
  return argument >= 0 && argument <= 1 ? undefined : 'is not from 0 to 1';
}
