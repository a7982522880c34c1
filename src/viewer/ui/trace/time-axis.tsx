/** The moments above the timeline; a squeezed stretch is marked with its length. */
import { formatDuration } from '../model/duration';
import { type TimeScale, ticks } from '../model/time-scale';
import { NameWidth } from './name-width';

export function TimeAxis({ scale }: { scale: TimeScale }) {
  // A tick too near to the right edge would be cut.
  const shown = ticks(scale.from, scale.to, 6).filter(
    (time) => scale.at(time) < 0.94 && !scale.squeezed.some((each) => time > each.from && time < each.to),
  );
  return (
    <div className="time-axis">
      <div className="time-axis-name">Service and operation</div>
      <NameWidth />
      <div className="time-axis-ticks" aria-hidden="true">
        {shown.map((time) => (
          <span key={time} style={{ left: `${scale.at(time) * 100}%` }}>
            {formatDuration(time)}
          </span>
        ))}
        {scale.squeezed.map((each) => (
          <span
            key={`idle ${each.from}`}
            className="time-axis-idle"
            title={`Nothing ran for ${formatDuration(each.to - each.from)}`}
            style={{ left: `${scale.at(each.from) * 100}%` }}
          >
            idle {formatDuration(each.to - each.from)}
          </span>
        ))}
      </div>
    </div>
  );
}
