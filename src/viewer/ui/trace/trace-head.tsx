/** The head of a trace: what it is, how long it took, who took part, and what can be done with it. */
import { Button, Group, Menu } from '@mantine/core';
import { CopyText } from '../copy-text';
import { formatDuration } from '../model/duration';
import type { ApiTrace } from '../model/jaeger-trace';
import type { Trace } from '../model/span';
import { navigate } from '../routing';
import { ServiceName } from '../service-name';

export function TraceHead({ trace, data, onAgain }: { trace: Trace; data: ApiTrace; onAgain: () => void }) {
  const root = trace.roots.find((span) => span.missingParent === undefined);
  const first = root ?? trace.roots[0];
  const facts: [name: string, value: string][] = [
    ['Started', new Date(trace.startTime / 1000).toLocaleString()],
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
              <Menu.Item onClick={() => download(data)}>Download as JSON</Menu.Item>
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

function download(data: ApiTrace): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify({ data: [data] })], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `trace-${data.traceID}.json`;
  link.click();
  URL.revokeObjectURL(url);
}
