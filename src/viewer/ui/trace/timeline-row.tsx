/** One row of the timeline: a span or a group of repeated ones, with its bar. */
import { memo } from 'react';
import { formatDuration } from '../model/duration';
import type { Interval } from '../model/intervals';
import type { Row } from '../model/rows';
import { serviceColor } from '../model/service-color';
import type { Span } from '../model/span';
import { spanSort } from '../model/span-sort';
import type { TimeScale } from '../model/time-scale';
import { SpanBar } from './span-bar';
import { isOpen } from './tree-keys';

interface TimelineRowProps {
  row: Row;
  index: number;
  top: number;
  scale: TimeScale;
  /** Of the critical path. */
  pieces: Interval[] | undefined;
  gaps: boolean;
  matched: boolean;
  selected: boolean;
  active: boolean;
}

/** Deeper rows aren't moved further in: their names would be out of sight. */
const DEEPEST = 24;

export const TimelineRow = memo(function TimelineRow(props: TimelineRowProps) {
  const { row, index, top, scale, pieces, gaps, matched, selected, active } = props;
  const open = isOpen(row);
  const span = row.type === 'span' ? row.span : row.group.members[0]!;
  const sort = spanSort(span);
  const text = row.type === 'span' ? span.operation : row.group.label;
  return (
    <div
      id={`row-${row.key}`}
      className="row"
      role="treeitem"
      tabIndex={-1}
      aria-level={row.depth + 1}
      aria-expanded={open}
      aria-selected={selected}
      data-row={index}
      data-active={active || undefined}
      data-dimmed={(row.type === 'span' && row.dimmed) || undefined}
      data-matched={matched || undefined}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div className="row-name" style={{ paddingLeft: 6 + Math.min(row.depth, DEEPEST) * 12 }}>
        <span className="row-toggle" aria-hidden="true" data-toggle={open !== undefined || undefined}>
          {open === undefined ? '' : open ? '▾' : '▸'}
        </span>
        <span className="row-color" style={{ background: serviceColor(span.service) }} />
        {row.type === 'span' && <Mark span={span} collapsed={row.collapsed} />}
        {row.type === 'group' && row.group.failed > 0 && (
          <span className="mark-failed" aria-hidden="true">
            ●
          </span>
        )}
        <strong className={span.parent?.service === span.service ? 'unseen' : undefined}>
          {span.service}
        </strong>{' '}
        <span className="row-text">{text}</span>
        {sort !== undefined && <span className="row-pill">{sort}</span>}
        <span className="unseen">
          {formatDuration(row.type === 'group' ? row.group.total : span.duration)}
          {span.failed ? ', failed' : ''}
        </span>
        {row.type === 'span' && row.collapsed && <span className="row-count">+{span.below}</span>}
        {row.type === 'group' && row.group.statements && row.group.oneByOne && (
          <span className="row-count">N+1?</span>
        )}
      </div>
      <SpanBar row={row} span={span} scale={scale} pieces={pieces} gaps={gaps} />
    </div>
  );
});

/** A filled mark for a span that failed, a hollow one for a failure hidden below it, a sign for warnings. */
function Mark({ span, collapsed }: { span: Span; collapsed: boolean }) {
  return (
    <>
      {span.failed && (
        <span className="mark-failed" aria-hidden="true">
          ●
        </span>
      )}
      {!span.failed && collapsed && span.failedBelow && (
        <span className="mark-failed" aria-hidden="true">
          ○
        </span>
      )}
      {(span.warnings.length > 0 || span.missingParent !== undefined) && (
        <span className="mark-warning" aria-hidden="true">
          ⚠
        </span>
      )}
    </>
  );
}
