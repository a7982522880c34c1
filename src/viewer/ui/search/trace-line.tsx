/** One trace in the list: root, duration as a bar, services, errors, when, and chosen tags. */
import { Badge, Checkbox } from '@mantine/core';
import { formatDuration } from '../model/duration';
import type { ApiTrace } from '../model/jaeger-trace';
import type { TraceSummary } from '../model/summary';
import { Link } from '../routing';
import { ServiceName } from '../service-name';
import { useClock } from '../use-time-zone';

interface TraceLineProps {
  trace: TraceSummary;
  query: string;
  columns: string[];
  /** The longest duration in the list. */
  longest: number;
  picked: boolean;
  onPick: (id: string) => void;
}

export function TraceLine({ trace, query, columns, longest, picked, onPick }: TraceLineProps) {
  const clock = useClock();
  const name = trace.hasRoot
    ? `${trace.rootService}: ${trace.rootOperation}`
    : `${trace.rootService || 'no span yet'}: ${trace.rootOperation} (no root yet)`;
  const first = trace.matches[0];
  return (
    <div className="trace-line" data-failed={trace.errors > 0 || undefined}>
      <Checkbox
        size="xs"
        checked={picked}
        aria-label={`Pick ${name} for comparison`}
        onChange={() => onPick(trace.traceID)}
      />
      <div className="trace-line-main">
        <Link
          to={`trace/${trace.traceID}${first === undefined ? '' : `?${new URLSearchParams({ uiFind: query, span: first })}`}`}
          className="trace-line-name"
        >
          {name}
        </Link>
        <div className="trace-line-notes">
          {trace.services.map((each) => (
            <ServiceName
              key={each.name}
              name={each.name}
              note={each.errors > 0 ? `${each.spans}, ${each.errors} failed` : String(each.spans)}
            />
          ))}
          {trace.errors > 0 && (
            <Badge size="sm" color="red.9">
              {trace.errors} error{trace.errors === 1 ? '' : 's'}
            </Badge>
          )}
          {trace.orphans > 0 && (
            <Badge size="sm" color="yellow.4" c="dark.9" title="Spans whose parent has not arrived">
              incomplete
            </Badge>
          )}
          {trace.matches.length > 0 && <span className="quiet">{trace.matches.length} matching</span>}
          {columns.map((key) => (
            <span key={key} className="trace-line-tag">
              {key}={valuesOf(trace.trace, key).join(', ') || '–'}
            </span>
          ))}
        </div>
      </div>
      <div className="trace-line-time">
        <strong>{formatDuration(trace.duration)}</strong>
        <span className="quiet">
          {trace.spans} span{trace.spans === 1 ? '' : 's'}
        </span>
        <time className="quiet" dateTime={new Date(trace.startTime / 1000).toISOString()}>
          {clock.time(trace.startTime)}
        </time>
      </div>
      <div className="trace-line-bar" style={{ width: `${(trace.duration / longest) * 100}%` }} />
    </div>
  );
}

/** Up to three different values of the tag in the trace. */
function valuesOf(trace: ApiTrace | undefined, key: string): string[] {
  const values = new Set<string>();
  for (const span of trace?.spans ?? [])
    for (const tag of span.tags ?? []) if (tag.key === key) values.add(String(tag.value));
  return [...values].slice(0, 3);
}
