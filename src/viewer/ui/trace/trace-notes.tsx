/** What a reader should know of the trace: missing parents, silent callees, moved clocks, N+1 queries, why sampled. */
import { Anchor } from '@mantine/core';
import { useMemo } from 'react';
import { nPlusOne } from '../model/grouping';
import { missingParents, silentCallees } from '../model/missing-parent';
import { whySampled } from '../model/sampling';
import type { Span, Trace } from '../model/span';

/** More of one sort would bury the rest. */
const MOST = 3;

interface Note {
  kind: 'warning' | 'hint';
  text: string;
  span?: Span;
}

export function TraceNotes({ trace, onShow }: { trace: Trace; onShow: (span: Span) => void }) {
  const notes = useMemo(() => notesOf(trace), [trace]);
  if (notes.length === 0) return null;
  return (
    <ul className="notes" aria-label="Notes on this trace">
      {notes.map(({ kind, text, span }) => (
        <li key={text} data-kind={kind}>
          {kind === 'warning' && <span aria-hidden="true">⚠</span>} {text}{' '}
          {span && (
            <Anchor component="button" type="button" size="sm" onClick={() => onShow(span)}>
              Show the span
            </Anchor>
          )}
        </li>
      ))}
    </ul>
  );
}

function notesOf(trace: Trace): Note[] {
  const notes: Note[] = trace.warnings.map((text) => ({ kind: 'warning', text }));
  const missing = missingParents(trace);
  for (const { span, sentence } of missing.slice(0, MOST))
    notes.push({ kind: 'warning', text: sentence, span });
  if (missing.length > MOST)
    notes.push({
      kind: 'warning',
      text: `${missing.length - MOST} more spans name parents that are not here.`,
    });
  const moved = trace.spans.filter((span) => span.moved !== 0);
  if (moved.length > 0)
    notes.push({
      kind: 'warning',
      text: `Clock skew: ${moved.length} span${moved.length === 1 ? ' was' : 's were'} moved into their callers, since the machines' clocks differ. The switch "Adjust clocks" shows them as recorded.`,
      span: moved[0],
    });
  for (const { sentence, group } of nPlusOne(trace).slice(0, MOST))
    notes.push({ kind: 'warning', text: sentence, span: group.members[0] });
  const silent = silentCallees(trace);
  if (silent !== undefined) notes.push({ kind: 'hint', text: silent });
  const reason = whySampled(trace);
  if (reason !== undefined)
    notes.push({ kind: 'hint', text: `Why was this sampled? ${reason.sentence}`, span: reason.span });
  return notes;
}
