/**
 * Jaeger's API of metrics over time: its parameters with their defaults and messages, and its answers' shape.
 * After a span's way: beside Jaeger's query API. What it answers is compared with real Jaeger's in test/viewer/.
 */
import type { ServerResponse } from 'node:http';
import { envelope, HttpError, sendJson } from './http-server';
import { integer } from './search-parameters';
import { METRICS, type Metric, type MetricsQuery, type Series, serviceMetrics } from './service-metrics';
import type { Store } from './store';
import { KINDS } from './tag-dictionary';

const LOOKBACK_MILLISECONDS = 3_600_000;
const STEP_MILLISECONDS = 5000;
const RATE_MILLISECONDS = 600_000;
/** As Prometheus has it, for each series. */
const MAX_POINTS = 11_000;
const UNSPECIFIED = 'unspecified';

/** The last millisecond that a date can be. */
const LAST_MILLISECOND = 8.64e15;

/** In Go's spelling. */
const TRUE = ['1', 't', 'T', 'true', 'TRUE', 'True'];
const FALSE = ['0', 'f', 'F', 'false', 'FALSE', 'False'];

const NAMES: Record<Metric, string> = {
  latencies: 'service_latencies',
  calls: 'service_call_rate',
  errors: 'service_error_rate',
};

/** @returns false where nothing is at this path below `/api/metrics/` */
export async function metricsApi(
  store: Store,
  response: ServerResponse,
  name: string,
  query: URLSearchParams,
): Promise<boolean> {
  const pretty = query.get('prettyPrint') === 'true';
  if (name === 'minstep') {
    sendJson(response, envelope(1), 200, pretty);
    return true;
  }
  const metric = METRICS.find((each) => each === name);
  if (metric === undefined) return false;
  const asked = metricsQuery(metric, query, Date.now());
  sendJson(response, familyOf(asked, await serviceMetrics(store, asked)), 200, pretty);
  return true;
}

function metricsQuery(metric: Metric, query: URLSearchParams, now: number): MetricsQuery {
  const services = query.getAll('service');
  if (services.length === 0)
    throw new HttpError(400, "unable to parse param 'service': please provide at least one service name");
  const end = integer(query, 'endTs') ?? now;
  const lookback = integer(query, 'lookback') ?? LOOKBACK_MILLISECONDS;
  const step = integer(query, 'step') ?? STEP_MILLISECONDS;
  const window = integer(query, 'ratePer') ?? RATE_MILLISECONDS;
  if (lookback < 0 || step <= 0 || window <= 0)
    throw new HttpError(400, "'lookback', 'step' and 'ratePer' are milliseconds above 0");
  if (Math.abs(end) > LAST_MILLISECOND || end - lookback < -LAST_MILLISECOND)
    throw new HttpError(400, "'endTs' and 'lookback' name no date");
  const points = Math.floor(lookback / step) + 1;
  if (points > MAX_POINTS)
    throw new HttpError(400, `more than ${MAX_POINTS} points: ask for a larger 'step' or less 'lookback'`);
  return {
    metric,
    services,
    kinds: kindsOf(query),
    byOperation: boolean(query, 'groupByOperation'),
    from: (end - lookback) * 1000,
    step: step * 1000,
    points,
    window: window * 1000,
    quantile: metric === 'latencies' ? quantileOf(query.get('quantile') ?? '') : 0,
  };
}

function quantileOf(text: string): number {
  const quantile = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isNaN(quantile))
    throw new HttpError(
      400,
      `unable to parse param 'quantile': strconv.ParseFloat: parsing ${JSON.stringify(text.slice(0, 40))}: invalid syntax`,
    );
  if (quantile <= 0 || quantile > 1) throw new HttpError(400, "'quantile' is above 0 and at most 1");
  return quantile;
}

function kindsOf(query: URLSearchParams): Set<number> {
  const given = query.getAll('spanKind');
  const numbers = (given.length === 0 ? ['server'] : given).map((kind) => {
    const number = kind === UNSPECIFIED ? 0 : KINDS.indexOf(kind as (typeof KINDS)[number]);
    if (number < 0 || kind === '')
      throw new HttpError(
        400,
        `unable to parse param 'spanKind': unsupported span kind: '${kind.slice(0, 40)}'`,
      );
    return number;
  });
  return new Set(numbers);
}

function boolean(query: URLSearchParams, name: string): boolean {
  const text = query.get(name) ?? '';
  if (TRUE.includes(text)) return true;
  if (text === '' || FALSE.includes(text)) return false;
  throw new HttpError(
    400,
    `unable to parse param '${name}': strconv.ParseBool: parsing ${JSON.stringify(text.slice(0, 40))}: invalid syntax`,
  );
}

/** A `MetricFamily` of OpenMetrics, as its JSON is written. */
function familyOf(query: MetricsQuery, series: readonly Series[]): Record<string, unknown> {
  const what: Record<Metric, string> = {
    latencies: `${query.quantile.toFixed(2)}th quantile latency`,
    calls: 'calls/sec',
    errors: 'error rate, computed as a fraction of errors/sec over calls/sec',
  };
  const name = NAMES[query.metric];
  return {
    name: query.byOperation ? name.replace('service', 'service_operation') : name,
    type: 'GAUGE',
    help: `${what[query.metric]}, grouped by service${query.byOperation ? ' & operation' : ''}`,
    metrics: series.map(({ service, operation, values }) => ({
      labels: [
        ...(query.byOperation ? [{ name: 'operation', value: operation }] : []),
        { name: 'service_name', value: service },
      ],
      metricPoints: Array.from(values, (value, point) => ({
        // JSON has no NaN; protobuf's writes it so.
        gaugeValue: { doubleValue: Number.isNaN(value) ? 'NaN' : value },
        timestamp: timestampOf(query.from + point * query.step),
      })),
    })),
  };
}

/** RFC 3339, with milliseconds where there are some. */
function timestampOf(microseconds: number): string {
  return new Date(microseconds / 1000).toISOString().replace('.000Z', 'Z');
}
