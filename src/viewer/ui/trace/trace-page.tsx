/** One trace: its head, the view that the address names, and the details of the selected span. */
import { Loader, Tabs } from '@mantine/core';
import { useCallback, useMemo } from 'react';
import { ApiError } from '../api';
import { buildTrace } from '../model/build-trace';
import type { ApiTrace } from '../model/jaeger-trace';
import { readView, TRACE_VIEWS, type TraceView, type ViewName, writeView } from '../model/trace-view';
import { Notice } from '../notice';
import { readTrace } from '../read-trace';
import { navigate } from '../routing';
import { useAnswer } from '../use-answer';
import { useLive } from '../use-live';
import { CallGraph } from './call-graph';
import { FlameGraph } from './flame-graph';
import { JsonView } from './json-view';
import { SpansTable } from './spans-table';
import { StatisticsTable } from './statistics-table';
import { TimelineView } from './timeline-view';
import { TraceHead } from './trace-head';
import { TraceNotes } from './trace-notes';

const NAMES: Record<ViewName, string> = {
  timeline: 'Timeline',
  flame: 'Flame graph',
  graph: 'Call graph',
  statistics: 'Statistics',
  spans: 'Spans and events',
  json: 'JSON',
};

export function TracePage({ id, search }: { id: string; search: string }) {
  const view = useMemo(() => readView(search), [search]);
  const answer = useAnswer(id, (signal) => readTrace(id, signal));
  useLive(
    true,
    { traces: id },
    {
      trace: (data: ApiTrace) => {
        // The first of a trace that was waited for.
        if (answer.value === undefined) return answer.again();
        // Spans never change; the same number of them is the same trace.
        answer.put((before) => (before.spans.length === data.spans.length ? before : data));
      },
    },
    () => {
      // Plain Jaeger: only what is still incomplete is worth asking again.
      if (answer.value === undefined || buildTrace(answer.value).roots.some((span) => span.missingParent))
        answer.again();
    },
  );
  const data = answer.value;
  const trace = useMemo(() => data && buildTrace(data, { adjustClocks: view.skew }), [data, view.skew]);
  const change = useCallback(
    (next: Partial<TraceView>) =>
      navigate(`trace/${id}?${writeView({ ...view, ...next })}`.replace(/\?$/, ''), { replace: true }),
    [id, view],
  );
  if (trace === undefined || data === undefined) {
    if (answer.error === undefined) return <Loader m="xl" aria-label="Loading the trace" />;
    const missing = answer.error instanceof ApiError && answer.error.status === 404;
    return (
      <Notice
        failed={!missing}
        title={missing ? `No trace ${id} yet` : 'The trace could not be read'}
        onAgain={answer.again}
      >
        {missing
          ? 'Its spans have not arrived, were not sampled, or have been dropped for newer ones. It appears here when its first span arrives.'
          : answer.error.message}
      </Notice>
    );
  }
  return (
    <div className="trace">
      <TraceHead trace={trace} data={data} onAgain={answer.again} />
      <TraceNotes trace={trace} onShow={(span) => change({ view: 'timeline', selected: span.key })} />
      <Tabs
        value={view.view}
        onChange={(next) => change({ view: (next ?? 'timeline') as ViewName })}
        keepMounted={false}
        className="trace-tabs"
      >
        <Tabs.List aria-label="Views of the trace">
          {TRACE_VIEWS.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {NAMES[each]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="timeline">
          <TimelineView trace={trace} view={view} onChange={change} />
        </Tabs.Panel>
        <Tabs.Panel value="flame">
          <FlameGraph trace={trace} onShow={(span) => change({ view: 'timeline', selected: span.key })} />
        </Tabs.Panel>
        <Tabs.Panel value="graph">
          <CallGraph
            trace={trace}
            onFind={(uiFind) => change({ view: 'timeline', uiFind, onlyMatches: true })}
          />
        </Tabs.Panel>
        <Tabs.Panel value="statistics">
          <StatisticsTable
            trace={trace}
            onFind={(uiFind) => change({ view: 'timeline', uiFind, onlyMatches: true })}
          />
        </Tabs.Panel>
        <Tabs.Panel value="spans">
          <SpansTable trace={trace} onShow={(span) => change({ view: 'timeline', selected: span.key })} />
        </Tabs.Panel>
        <Tabs.Panel value="json">
          <JsonView data={data} />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}
