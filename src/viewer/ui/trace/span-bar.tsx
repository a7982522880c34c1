/** The bar of a row: when and how long, its part of the critical path, its events, and gaps without spans. */
import { formatDuration } from '../model/duration';
import { type Interval, uninstrumentedGaps } from '../model/intervals';
import type { Row } from '../model/rows';
import { serviceColor } from '../model/service-color';
import type { Span } from '../model/span';
import type { TimeScale } from '../model/time-scale';

interface SpanBarProps {
  row: Row;
  span: Span;
  scale: TimeScale;
  pieces: Interval[] | undefined;
  gaps: boolean;
}

/** A gap is shown once it is as wide as this part of the row, and a millisecond: shorter is the code's own pace. */
const GAP_PART = 0.03;
const LEAST_GAP = 1000;

export function SpanBar({ row, span, scale, pieces, gaps }: SpanBarProps) {
  const whole =
    row.type === 'span' ? { from: span.start, to: span.end } : { from: row.group.start, to: row.group.end };
  const place = ({ from, to }: Interval) => {
    const left = scale.at(from) * 100;
    return { left: `${left}%`, width: `${Math.max(0, scale.at(to) * 100 - left)}%` };
  };
  const right = scale.at(whole.to);
  const side = right < 0.85 ? 'after' : scale.at(whole.from) > 0.15 ? 'before' : 'inside';
  const background = serviceColor(span.service);
  const members = row.type === 'group' ? row.group.members : [];
  const empty =
    gaps && row.type === 'span'
      ? uninstrumentedGaps(span, LEAST_GAP).filter((gap) => scale.at(gap.to) - scale.at(gap.from) > GAP_PART)
      : [];
  const time = row.type === 'group' ? row.group.total : span.duration;
  return (
    <div className="row-bars" aria-hidden="true">
      {row.type === 'span' && <div className="bar" style={{ ...place(whole), background }} />}
      {row.type === 'group' && (
        <div className="bar bar-group" style={{ ...place(whole), borderColor: background }} />
      )}
      {members.slice(0, 200).map((member) => (
        <div
          key={member.key}
          className="bar"
          style={{ ...place({ from: member.start, to: member.end }), background }}
        />
      ))}
      {empty.map((gap) => (
        <div
          key={gap.from}
          className="bar-gap"
          title={`${formatDuration(gap.to - gap.from)} without a span below: the code computes, or calls what is not instrumented`}
          style={place(gap)}
        />
      ))}
      {pieces?.map((piece) => (
        <div key={piece.from} className="bar-path" style={place(piece)} />
      ))}
      {span.logs.slice(0, 50).map((log, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: logs have no other name
        <div key={i} className="bar-event" style={{ left: `${scale.at(log.at) * 100}%` }} />
      ))}
      <span className="bar-time" data-side={side} style={labelPlace(side, scale.at(whole.from), right)}>
        {formatDuration(time)}
      </span>
    </div>
  );
}

/** The duration stands behind the bar, before it where that is too near to the edge, and in it where it fills the row. */
function labelPlace(side: 'after' | 'before' | 'inside', from: number, to: number) {
  if (side === 'after') return { left: `${Math.max(0, to) * 100}%` };
  return { right: side === 'before' ? `${(1 - Math.min(1, from)) * 100}%` : 0 };
}
