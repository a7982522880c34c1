/** The service map: who calls whom, how often, how long, with how many errors; a service opens its operations. */
import { Group, Loader, NativeSelect } from '@mantine/core';
import { useMemo } from 'react';
import type { ServiceMap } from '../../api/answers';
import { apiUrl, ask, askExtra } from '../api';
import { buildTrace } from '../model/build-trace';
import type { ApiDependency, ApiTrace } from '../model/jaeger-trace';
import { emptyForm, rangeOf, secondsOf } from '../model/search-form';
import { around, mapFromTraces } from '../model/service-map';
import { Notice } from '../notice';
import { navigate } from '../routing';
import { searchTraces } from '../search-traces';
import { useAnswer } from '../use-answer';
import { CallsTable } from './calls-table';
import { MapGraph } from './map-graph';
import { ServicePanel } from './service-panel';

const LOOKBACKS = ['5m', '15m', '1h', '6h', '24h', '2d'];

export function MapPage({ search }: { search: string }) {
  const given = new URLSearchParams(search);
  const service = given.get('service') ?? '';
  const lookback = LOOKBACKS.find((each) => each === given.get('lookback')) ?? '1h';
  const steps = Number(given.get('depth') ?? 0);
  const answer = useAnswer(lookback, (signal) => readMap(lookback, signal));
  const map = useMemo(
    () => (answer.value && service !== '' && steps > 0 ? around(answer.value, service, steps) : answer.value),
    [answer.value, service, steps],
  );
  const change = (next: Record<string, string>) => {
    const changed = new URLSearchParams(search);
    for (const [key, value] of Object.entries(next))
      value === '' ? changed.delete(key) : changed.set(key, value);
    navigate(`map?${changed}`.replace(/\?$/, ''));
  };
  return (
    <div className="map">
      <Group justify="space-between" mb="sm">
        <h1>Service map</h1>
        <Group gap="sm">
          <NativeSelect
            size="xs"
            aria-label="Time"
            value={lookback}
            data={LOOKBACKS.map((each) => ({ value: each, label: `Last ${each}` }))}
            onChange={(event) => change({ lookback: event.currentTarget.value })}
          />
          <NativeSelect
            size="xs"
            aria-label="How far from the chosen service"
            value={String(steps)}
            disabled={service === ''}
            data={[
              { value: '0', label: 'All services' },
              { value: '1', label: 'One step away' },
              { value: '2', label: 'Two steps away' },
            ]}
            onChange={(event) => change({ depth: event.currentTarget.value })}
          />
        </Group>
      </Group>
      {answer.loading && !map && <Loader aria-label="Loading the map" />}
      {answer.error && (
        <Notice failed title="The map could not be read" onAgain={answer.again}>
          {answer.error.message}
        </Notice>
      )}
      {map && map.nodes.length === 0 && (
        <Notice title="No services yet">No span arrived in this time.</Notice>
      )}
      {map && map.nodes.length > 0 && (
        <MapGraph
          map={map}
          chosen={service}
          lookback={lookback}
          onChoose={(name) => change({ service: name === service ? '' : name })}
        />
      )}
      {service !== '' && <ServicePanel service={service} lookback={lookback} />}
      {map && <CallsTable map={map} lookback={lookback} />}
    </div>
  );
}

async function readMap(lookback: string, signal: AbortSignal): Promise<ServiceMap> {
  const { start, end } = rangeOf({ ...emptyForm(), lookback }, Date.now());
  const own = await askExtra<{ data: ServiceMap }>('map', { start, end }, { signal });
  if (own !== undefined) return own.data;
  const [dependencies, found] = await Promise.all([
    ask<{ data: ApiDependency[] | null }>(
      apiUrl('dependencies', { endTs: Math.round(end / 1000), lookback: Math.round((end - start) / 1000) }),
      { signal },
    ),
    searchTraces({ ...emptyForm(), lookback, limit: 200 }, signal),
  ]);
  const traces = found.traces
    .map((each) => each.trace)
    .filter((each): each is ApiTrace => each !== undefined);
  return mapFromTraces(
    traces.map((each) => buildTrace(each)),
    dependencies.data ?? [],
    secondsOf({ ...emptyForm(), lookback }, Date.now()),
  );
}
