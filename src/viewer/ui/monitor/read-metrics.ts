/** Asks for a service's metrics over time, and for each operation's over the whole time. */
import { apiUrl, ask } from '../api';

/** As Jaeger writes a series. */
interface Family {
  metrics?: {
    labels: { name: string; value: string }[];
    metricPoints: { gaugeValue: { doubleValue: number | 'NaN' }; timestamp: string }[];
  }[];
}

interface Asked {
  service: string;
  /** Milliseconds. */
  lookback: number;
  kind: string;
}

export interface OperationMetrics {
  operation: string;
  /** Microseconds. */
  p50: number;
  p75: number;
  p95: number;
  /** Calls a second. */
  rate: number;
  /** From 0 to 1. */
  errors: number;
}

export interface ServiceMetrics {
  /** Seconds since 1970. */
  times: number[];
  /** Microseconds; null where nothing was called. */
  latencies: { p50: (number | null)[]; p75: (number | null)[]; p95: (number | null)[] };
  rate: (number | null)[];
  errors: (number | null)[];
  operations: OperationMetrics[];
}

const QUANTILES = { p50: 0.5, p75: 0.75, p95: 0.95 } as const;
const POINTS = 60;
const LEAST_WINDOW = 60_000;

/** Milliseconds from point to point, and how much time before a point counts for it. */
export function resolution(lookback: number): { step: number; ratePer: number } {
  const step = Math.max(1000, Math.round(lookback / POINTS));
  return { step, ratePer: Math.max(LEAST_WINDOW, 2 * step) };
}

export async function readMetrics(
  { service, lookback, kind }: Asked,
  signal: AbortSignal,
): Promise<ServiceMetrics> {
  const { step, ratePer } = resolution(lookback);
  // Whole steps, so that the curves don't shake as the time goes on.
  const endTs = Math.floor(Date.now() / 1000) * 1000;
  const read = (metric: string, more: Record<string, string | number>) =>
    ask<Family>(apiUrl(`metrics/${metric}`, { service, spanKind: kind, endTs, lookback, ...more }), {
      signal,
    });
  const fine = { step, ratePer };
  // Two points, of which the last is of the whole time.
  const whole = { step: lookback, ratePer: lookback, groupByOperation: 'true' };
  const [p50, p75, p95, calls, errors, p50s, p75s, p95s, rates, shares] = await Promise.all([
    read('latencies', { ...fine, quantile: QUANTILES.p50 }),
    read('latencies', { ...fine, quantile: QUANTILES.p75 }),
    read('latencies', { ...fine, quantile: QUANTILES.p95 }),
    read('calls', fine),
    read('errors', fine),
    read('latencies', { ...whole, quantile: QUANTILES.p50 }),
    read('latencies', { ...whole, quantile: QUANTILES.p75 }),
    read('latencies', { ...whole, quantile: QUANTILES.p95 }),
    read('calls', whole),
    read('errors', whole),
  ]);
  const points = calls.metrics?.[0]?.metricPoints ?? [];
  const last = { p50: lasts(p50s), p75: lasts(p75s), p95: lasts(p95s), errors: lasts(shares) };
  return {
    times: points.map(({ timestamp }) => Date.parse(timestamp) / 1000),
    latencies: { p50: values(p50, 1000), p75: values(p75, 1000), p95: values(p95, 1000) },
    rate: values(calls),
    errors: values(errors),
    operations: [...lasts(rates)]
      .filter(([, rate]) => rate > 0)
      .map(([operation, rate]) => ({
        operation,
        rate,
        p50: (last.p50.get(operation) ?? Number.NaN) * 1000,
        p75: (last.p75.get(operation) ?? Number.NaN) * 1000,
        p95: (last.p95.get(operation) ?? Number.NaN) * 1000,
        errors: last.errors.get(operation) ?? 0,
      })),
  };
}

function values({ metrics }: Family, times = 1): (number | null)[] {
  return (metrics?.[0]?.metricPoints ?? []).map(({ gaugeValue: { doubleValue } }) =>
    doubleValue === 'NaN' ? null : doubleValue * times,
  );
}

/** The last value of each operation. */
function lasts({ metrics }: Family): Map<string, number> {
  return new Map(
    (metrics ?? []).map(({ labels, metricPoints }) => [
      labels.find(({ name }) => name === 'operation')?.value ?? '',
      Number(metricPoints.at(-1)?.gaugeValue.doubleValue ?? Number.NaN),
    ]),
  );
}
