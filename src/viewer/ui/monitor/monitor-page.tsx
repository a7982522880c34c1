/** One service over time: latencies, error rate and request rate, and its operations by what they cost. */
import { Group, Loader, NativeSelect } from '@mantine/core';
import { useEffect } from 'react';
import { ApiError } from '../api';
import { LineChart } from '../line-chart';
import { formatDuration } from '../model/duration';
import { formatRate, formatShare } from '../model/rate';
import { emptyForm, secondsOf } from '../model/search-form';
import { Notice } from '../notice';
import { navigate } from '../routing';
import { allServices } from '../search-traces';
import { useAnswer } from '../use-answer';
import { OperationsTable } from './operations-table';
import { readMetrics, resolution, type ServiceMetrics } from './read-metrics';

const LOOKBACKS = ['5m', '15m', '1h', '2h', '6h', '12h', '24h', '2d'];
const KINDS = ['server', 'client', 'producer', 'consumer', 'internal', 'unspecified'];

export function MonitorPage({ search }: { search: string }) {
  const given = new URLSearchParams(search);
  const lookback = LOOKBACKS.find((each) => each === given.get('lookback')) ?? '1h';
  const kind = KINDS.find((each) => each === given.get('spanKind')) ?? 'server';
  const services = useAnswer('services', allServices);
  const service = given.get('service') || (services.value?.[0] ?? '');
  const milliseconds = secondsOf({ ...emptyForm(), lookback }, Date.now()) * 1000;
  const answer = useAnswer(`${service} ${lookback} ${kind}`, async (signal) =>
    service === '' ? undefined : readMetrics({ service, lookback: milliseconds, kind }, signal),
  );
  const { step, ratePer } = resolution(milliseconds);
  const { again } = answer;
  useEffect(() => {
    const timer = setInterval(again, Math.max(10_000, step));
    return () => clearInterval(timer);
  }, [again, step]);
  const change = (next: Record<string, string>) => {
    const changed = new URLSearchParams({ service, lookback, spanKind: kind, ...next });
    navigate(`monitor?${changed}`);
  };
  const chooser = (label: string, value: string, data: { value: string; label: string }[], name: string) => (
    <NativeSelect
      size="xs"
      aria-label={label}
      value={value}
      data={data}
      onChange={(event) => change({ [name]: event.currentTarget.value })}
    />
  );
  const names = [...new Set([...(services.value ?? []), ...(service === '' ? [] : [service])])];
  const metrics = answer.value;
  return (
    <div className="monitor">
      <Group justify="space-between" mb="sm">
        <h1>Monitor</h1>
        <Group gap="sm">
          {chooser(
            'Service',
            service,
            names.map((value) => ({ value, label: value })),
            'service',
          )}
          {chooser(
            'Kind of spans',
            kind,
            KINDS.map((value) => ({ value, label: `${value} spans` })),
            'spanKind',
          )}
          {chooser(
            'Time',
            lookback,
            LOOKBACKS.map((value) => ({ value, label: `Last ${value}` })),
            'lookback',
          )}
        </Group>
      </Group>
      {answer.loading && !metrics && <Loader aria-label="Loading the metrics" />}
      {answer.error && !metrics && <Failed error={answer.error} onAgain={again} />}
      {services.value?.length === 0 && (
        <Notice title="No services yet">Send a request to a traced application.</Notice>
      )}
      {metrics && metrics.times.length === 0 && (
        <Notice title={`No ${kind} spans of ${service} in this time`}>
          Choose another time or kind of spans.
        </Notice>
      )}
      {metrics && metrics.times.length > 0 && (
        <>
          <Charts service={service} metrics={metrics} />
          <p className="quiet">
            Each point is of the {formatDuration(ratePer * 1000)} before it. The table is of the whole time.
          </p>
          <OperationsTable
            service={service}
            kind={kind}
            lookback={lookback}
            operations={metrics.operations}
          />
        </>
      )}
    </div>
  );
}

function Charts({ service, metrics }: { service: string; metrics: ServiceMetrics }) {
  const { times, latencies, errors, rate } = metrics;
  return (
    <div className="charts">
      <section aria-label="Latency">
        <h2>Latency</h2>
        <LineChart
          label={`Latency of ${service} over time; now P95 is ${formatDuration(lastOf(latencies.p95))}`}
          along={times}
          lines={[
            { name: 'P95', values: latencies.p95 },
            { name: 'P75', values: latencies.p75 },
            { name: 'P50', values: latencies.p50 },
          ]}
          format={formatDuration}
        />
      </section>
      <section aria-label="Error rate">
        <h2>Error rate</h2>
        <LineChart
          label={`Error rate of ${service} over time; now ${formatShare(lastOf(errors), 1)}`}
          along={times}
          lines={[{ name: 'Errors', values: errors }]}
          format={(value) => formatShare(value, 1)}
        />
      </section>
      <section aria-label="Request rate">
        <h2>Request rate</h2>
        <LineChart
          label={`Request rate of ${service} over time; now ${formatRate(lastOf(rate))}`}
          along={times}
          lines={[{ name: 'Requests', values: rate }]}
          format={formatRate}
        />
      </section>
    </div>
  );
}

/** The newest that there is. */
function lastOf(values: (number | null)[]): number {
  return values.findLast((each) => each !== null) ?? 0;
}

function Failed({ error, onAgain }: { error: Error; onAgain: () => void }) {
  // Jaeger without a store of metrics.
  const absent =
    error instanceof ApiError && (error.status === 404 || error.status === 405 || error.status === 501);
  if (!absent)
    return (
      <Notice failed title="The metrics could not be read" onAgain={onAgain}>
        {error.message}
      </Notice>
    );
  return (
    <Notice title="This server has no metrics">Its store of metrics is switched off: {error.message}</Notice>
  );
}
