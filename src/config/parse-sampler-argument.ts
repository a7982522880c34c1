/**
 * Parses a sampler's argument: a number, or OpenTelemetry's list for `jaeger_remote`.
 * Beside a span's way: used by the options table.
 */
import type { Mutable, RemoteSamplerArgument } from './config';
import { httpAddress } from './parse-address';
import { samplerNumber } from './parse-number';
import type { Complaints, Parser } from './parser';

const address = httpAddress('/sampling', 5778);

/** https://opentelemetry.io/docs/languages/sdk-configuration/general/#otel_traces_sampler_arg */
export const samplerArgument: Parser<number | RemoteSamplerArgument> = {
  accepts: `${samplerNumber.accepts}; for remote samplers also \`endpoint=…,pollingIntervalMs=…,initialSamplingRate=…\``,
  parse(value, complaints) {
    if (typeof value === 'string' && value.includes('=')) return parsePairs(value, complaints);
    if (typeof value === 'object' && value !== null) {
      const pairs = Object.entries(value).map(([key, each]) => `${key}=${each}`);
      return parsePairs(pairs.join(','), complaints);
    }
    return samplerNumber.parse(value, complaints);
  },
};

function parsePairs(text: string, complaints: Complaints): RemoteSamplerArgument {
  const result: Mutable<RemoteSamplerArgument> = {};
  for (const pair of text.split(',')) {
    if (pair.trim() === '') continue;
    const at = pair.indexOf('=');
    const key = pair.slice(0, Math.max(at, 0)).trim();
    const value = pair.slice(at + 1).trim();
    switch (key) {
      case 'endpoint':
        result.endpoint = address.parse(value, complaints);
        break;
      case 'pollingIntervalMs':
        if (/^[1-9]\d{0,8}$/.test(value)) result.pollingIntervalMs = Number(value);
        else complaints.invalid('has no whole number of milliseconds for pollingIntervalMs', pair);
        break;
      case 'initialSamplingRate': {
        const rate = Number(value);
        if (value !== '' && rate >= 0 && rate <= 1) result.initialSamplingRate = rate;
        else complaints.invalid('has no number from 0 to 1 for initialSamplingRate', pair);
        break;
      }
      default:
        complaints.invalid('is none of endpoint=, pollingIntervalMs=, initialSamplingRate=', pair);
    }
  }
  return result;
}
