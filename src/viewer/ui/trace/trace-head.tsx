/** The head of a trace: what it is, how long it took, who took part, and what can be done with it. */
import { Button, Group, Menu } from '@mantine/core';
import { apiUrl, ask } from '../api';
import { CopyText } from '../copy-text';
import { formatDuration } from '../model/duration';
import type { ApiTrace } from '../model/jaeger-trace';
import { traceLinks } from '../model/link-pattern';
import type { Trace } from '../model/span';
import { navigate } from '../routing';
import { ServiceName } from '../service-name';
import { useLinkPatterns } from '../use-link-patterns';
import { useClock } from '../use-time-zone';
import { PatternLinks } from './tag-table';

export function TraceHead({ trace, data, onAgain }: { trace: Trace; data: ApiTrace; onAgain: () => void }) {
  const clock = useClock();
  const links = traceLinks(useLinkPatterns(), trace);
  const root = trace.roots.find((span) => span.missingParent === undefined);
  const first = root ?? trace.roots[0];
  const facts: [name: string, value: string][] = [
    ['Started', clock.date(trace.startTime)],
    ['Duration', formatDuration(trace.duration)],
    ['Spans', String(trace.spans.length)],
    ['Services', String(trace.services.length)],
    ['Depth', String(trace.depth)],
    ['Errors', String(trace.failed)],
  ];
  return (
    <div className="trace-head">
      <Group justify="space-between" align="flex-start" gap="xs">
        <h1>
          {first ? (
            <>
              <ServiceName name={first.service} /> {root ? root.operation : '<trace-without-root-span>'}
            </>
          ) : (
            'An empty trace'
          )}
        </h1>
        <Group gap="xs">
          <CopyText label="Copy id" text={trace.id} />
          <CopyText label="Copy link" text={() => location.href} />
          <Menu position="bottom-end">
            <Menu.Target>
              <Button size="xs" variant="default">
                More
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => navigate(`compare?a=${trace.id}`)}>
                Compare with another trace
              </Menu.Item>
              <Menu.Item onClick={() => download(`trace-${trace.id}.json`, { data: [data] })}>
                Download as JSON
              </Menu.Item>
              <Menu.Item onClick={() => void downloadOtlp(trace.id)}>Download as OTLP JSON</Menu.Item>
              <Menu.Item
                onClick={() => navigator.clipboard.writeText(JSON.stringify({ data: [data] }, null, 2))}
              >
                Copy as JSON
              </Menu.Item>
              <Menu.Item onClick={onAgain}>Load again</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Group>
      {links.length > 0 && (
        <Group gap="sm">
          <PatternLinks links={links} />
        </Group>
      )}
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div>
          <dt>Trace id</dt>
          <dd className="mono">{trace.id}</dd>
        </div>
      </dl>
    </div>
  );
}

/** The third version of Jaeger's API answers so, and plain Jaeger with it. */
async function downloadOtlp(id: string): Promise<void> {
  const { result } = await ask<{ result: object }>(apiUrl(`v3/traces/${id}`));
  download(`trace-${id}.otlp.json`, result);
}

function download(name: string, value: object): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(value)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
