/** All that is known of one span, and what can be done with it. */
import { Button, CloseButton, Group, Title } from '@mantine/core';
import type { LinkPattern } from '../../api/answers';
import { CopyText } from '../copy-text';
import { curlOf } from '../model/curl';
import { formatDuration } from '../model/duration';
import { selfTime } from '../model/intervals';
import type { ApiTag } from '../model/jaeger-trace';
import { tagLinks } from '../model/link-pattern';
import type { Span, Trace } from '../model/span';
import type { TraceView } from '../model/trace-view';
import { Link } from '../routing';
import { ServiceName } from '../service-name';
import { useLinkPatterns } from '../use-link-patterns';
import { SpanStatement } from './span-statement';
import { TagTable } from './tag-table';

interface SpanDetailProps {
  span: Span;
  trace: Trace;
  /** The timeline shows its subtree alone. */
  focused: boolean;
  onChange: (next: Partial<TraceView>) => void;
  onClose: () => void;
}

export function SpanDetail({ span, trace, focused, onChange, onClose }: SpanDetailProps) {
  const curl = curlOf(span, trace);
  const process = trace.processes.get(span.processId);
  const patterns = useLinkPatterns();
  const linksOf = (type: LinkPattern['type'], tags: ApiTag[]) => (tag: ApiTag) =>
    tagLinks(patterns, type, tag, tags, span, trace);
  return (
    <section className="detail" aria-label="Details of the span">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Title order={2} size="h5" className="detail-title">
          <ServiceName name={span.service} /> {span.operation}
        </Title>
        <CloseButton size="sm" aria-label="Close the details" onClick={onClose} />
      </Group>
      <p className="detail-times">
        <strong>{formatDuration(span.duration)}</strong> from {formatDuration(span.start)}, self time{' '}
        {formatDuration(selfTime(span))}
        {span.kind && `, ${span.kind}`}
        {span.failed && <span className="mark-failed">, failed</span>}
      </p>
      {span.warnings.map((warning) => (
        <p key={warning} className="detail-warning">
          <span aria-hidden="true">⚠</span> {warning}
        </p>
      ))}
      {span.missingParent && (
        <p className="detail-warning">
          <span aria-hidden="true">⚠</span> Its parent {span.missingParent} is not here.
        </p>
      )}
      <Group gap={6} my="xs">
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => onChange(focused ? { focus: undefined } : { focus: span.key, zoom: undefined })}
        >
          {focused ? 'Leave the subtree' : 'Only this subtree'}
        </Button>
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => onChange({ zoom: { from: span.start, to: span.end } })}
        >
          Zoom to it
        </Button>
        {curl && <CopyText compact label="Copy as curl" text={curl} />}
        <CopyText compact label="Copy as JSON" text={() => JSON.stringify(plain(span), null, 2)} />
      </Group>
      <SpanStatement span={span} />
      <TagTable title="Tags" tags={span.tags} linksOf={linksOf('tags', span.tags)} />
      <TagTable
        title={`Process ${span.processId}`}
        tags={process?.tags ?? []}
        closed
        linksOf={linksOf('process', process?.tags ?? [])}
      />
      {span.logs.length > 0 && (
        <>
          <Title order={3} size="h6" mt="sm">
            Events
          </Title>
          {span.logs.map((log, i) => (
            <TagTable
              // biome-ignore lint/suspicious/noArrayIndexKey: events have no other name
              key={i}
              title={`at ${formatDuration(log.at)}: ${String(log.fields.find((each) => each.key === 'event')?.value ?? 'log')}`}
              tags={log.fields}
              linksOf={linksOf('logs', log.fields)}
              closed={span.logs.length > 3}
            />
          ))}
        </>
      )}
      {span.references.length > 0 && (
        <>
          <Title order={3} size="h6" mt="sm">
            References
          </Title>
          <ul className="references">
            {span.references.map((each) => (
              <li key={`${each.refType} ${each.traceID} ${each.spanID}`}>
                {each.refType === 'CHILD_OF' ? 'child of' : 'follows from'}{' '}
                <Link to={`trace/${each.traceID}?span=${each.spanID}`} className="mono">
                  {each.spanID}
                </Link>
                {each.traceID !== trace.id && ' of another trace'}
              </li>
            ))}
          </ul>
        </>
      )}
      <p className="quiet mono detail-id">span {span.spanId}</p>
    </section>
  );
}

/** The span without the links that make it a tree. */
function plain({ parent: _, children: __, ...rest }: Span) {
  return rest;
}
