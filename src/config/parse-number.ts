/**
 * Parsers of numbers: counts, sizes, ports, milliseconds, a sampler's argument.
 * Beside a span's way: used by the options table.
 */
import { isServiceAddress } from './kubernetes';
import type { Parser } from './parser';

const WHOLE = /^[+-]?\d+$/;
/** Go's durations, as Jaeger's Go client takes them, in one unit: `1s`, `500ms`, `1.5m`. */
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/;
const UNIT_MILLIS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
/** Node's timers fire at once for anything longer. */
const LONGEST_TIMER = 2_147_483_647;

/** A whole number from `minimum` to `maximum`; `Infinity` (in code) where `maximum` is that. */
export function wholeNumber(minimum: number, maximum: number, unit = ''): Parser<number> {
  const kind = `is not a whole number${unit === '' ? '' : ` of ${unit}`}`;
  const range = describeRange(minimum, maximum);
  return {
    accepts: `whole number ${range}`,
    minimum,
    maximum,
    parse(value, complaints) {
      const number = typeof value === 'string' ? wholeText(value) : value;
      if (typeof number !== 'number' || (!Number.isInteger(number) && number !== maximum)) {
        complaints.invalid(kind);
        return undefined;
      }
      if (number < minimum || number > maximum) {
        complaints.invalid(`is not ${range}`);
        return undefined;
      }
      return number;
    },
  };
}

/** A port number; the address of a Kubernetes service under the same name is left alone without a word. */
export function port(): Parser<number> {
  const number = wholeNumber(1, 65_535);
  return {
    ...number,
    parse(value, complaints) {
      if (typeof value === 'string' && isServiceAddress(value)) return undefined;
      return number.parse(value, complaints);
    },
  };
}

/** Milliseconds, or text with a unit. */
export function milliseconds(minimum: number): Parser<number> {
  const whole = wholeNumber(minimum, LONGEST_TIMER, 'milliseconds');
  return {
    accepts: `${whole.accepts}, or with a unit: \`500ms\`, \`1s\`, \`1m\``,
    minimum,
    maximum: LONGEST_TIMER,
    parse(value, complaints) {
      if (typeof value === 'string') {
        const found = DURATION.exec(value.trim());
        if (found?.[2] !== undefined)
          return whole.parse(Math.round(Number(found[1]) * UNIT_MILLIS[found[2]]!), complaints);
      }
      return whole.parse(value, complaints);
    },
  };
}

/** A sampler's argument; which numbers it takes is the sampler's affair (`sampler-setting.ts`). */
export const samplerNumber: Parser<number> = {
  accepts: 'number; `true` and `false` for `const`',
  parse(value, complaints) {
    const number =
      typeof value === 'string' ? decimalText(value) : typeof value === 'boolean' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
    complaints.invalid('is not a number');
    return undefined;
  },
};

/** A share in percent, with or without the sign: `3%`, `0.5`. */
export const percent: Parser<number> = {
  accepts: 'percent above 0, up to 100: `3%`',
  parse(value, complaints) {
    const text = typeof value === 'string' ? value.trim().replace(/\s*%$/, '') : undefined;
    const number = text !== undefined && DECIMAL.test(text) ? Number(text) : value;
    if (typeof number === 'number' && number > 0 && number <= 100) return number;
    complaints.invalid('is no percentage above 0, up to 100');
    return undefined;
  },
};

/** A number of at least 0, such as `0.5`. */
export const nonNegativeNumber: Parser<number> = {
  accepts: 'number of at least 0',
  parse(value, complaints) {
    const number = typeof value === 'string' && DECIMAL.test(value.trim()) ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number) && number >= 0) return number;
    complaints.invalid('is not a number of at least 0');
    return undefined;
  },
};

function wholeText(text: string): number | undefined {
  const trimmed = text.trim();
  return WHOLE.test(trimmed) ? Number(trimmed) : undefined;
}

function decimalText(text: string): number | undefined {
  const trimmed = text.trim();
  if (DECIMAL.test(trimmed)) return Number(trimmed);
  const lower = trimmed.toLowerCase();
  return lower === 'true' ? 1 : lower === 'false' ? 0 : undefined;
}

function describeRange(minimum: number, maximum: number): string {
  return maximum === Number.POSITIVE_INFINITY ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
}
