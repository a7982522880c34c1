/** The processes that send spans here, their health, and all that was lost. */
import { Badge, Loader, Progress } from '@mantine/core';
import type { AgentsAnswer } from '../../api/answers';
import { askExtra } from '../api';
import { Notice } from '../notice';
import { ServiceName } from '../service-name';
import { SortableTable } from '../sortable-table';
import { useAnswer } from '../use-answer';
import { useLive } from '../use-live';
import { droppedBy, losses } from './losses';

const ago = (time: number) => {
  const seconds = Math.max(0, Math.round((Date.now() - time / 1000) / 1000));
  return seconds < 120 ? `${seconds} s ago` : `${Math.round(seconds / 60)} min ago`;
};
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

export function AgentsPage() {
  const answer = useAnswer('agents', async (signal) => ({
    found: (await askExtra<{ data: AgentsAnswer }>('agents', {}, { signal }))?.data,
  }));
  useLive(answer.value?.found !== undefined, {}, { counters: () => answer.again() }, answer.again);
  const data = answer.value?.found;
  if (answer.value === undefined)
    return answer.error ? (
      <Notice failed title="The agents could not be read" onAgain={answer.again}>
        {answer.error.message}
      </Notice>
    ) : (
      <Loader aria-label="Loading the agents" />
    );
  return (
    <div className="agents">
      <h1>Agents</h1>
      {data === undefined ? (
        <Notice title="This server does not know its senders">
          The page stands on Jaeger’s query API alone; “tracing-agent view” shows here which processes send,
          and what is lost.
        </Notice>
      ) : (
        <Senders data={data} />
      )}
    </div>
  );
}

function Senders({ data }: { data: AgentsAnswer }) {
  const lost = losses(data);
  const { memory, addresses, counters } = data;
  return (
    <>
      {lost.length === 0 ? (
        <p role="status">
          <Badge color="green.9">No loss</Badge> All that arrived is here.
        </p>
      ) : (
        <Notice failed title="Spans were lost">
          <ul>
            {lost.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </Notice>
      )}
      <SortableTable
        label="Processes that send"
        items={data.agents}
        keyOf={(agent) => agent.id}
        sortedBy="Last seen"
        columns={[
          {
            name: 'Service',
            value: (agent) => agent.service,
            show: (agent) => <ServiceName name={agent.service} />,
          },
          { name: 'Host', value: (agent) => agent.host || agent.ip },
          { name: 'Process', value: (agent) => agent.pid },
          { name: 'Version', value: (agent) => agent.version },
          { name: 'By', value: (agent) => agent.source },
          { name: 'Spans', value: (agent) => agent.spans },
          { name: 'Batches', value: (agent) => agent.batches },
          {
            name: 'Lost batches',
            value: (agent) => agent.lostBatches,
            show: (agent) => (agent.numbered ? agent.lostBatches : 'not numbered'),
          },
          { name: 'Dropped itself', value: droppedBy },
          { name: 'Last seen', value: (agent) => agent.lastSeen, show: (agent) => ago(agent.lastSeen) },
        ]}
      />
      <h2>The viewer</h2>
      <p>
        {memory.spans.toLocaleString('en')} spans in {memory.traces.toLocaleString('en')} traces,{' '}
        {megabytes(memory.bytes)} of {megabytes(memory.maxBytes)}
        {memory.file && `, kept in ${memory.file}`}
        {counters.evictedSpans > 0 &&
          `; ${counters.evictedSpans.toLocaleString('en')} older spans were removed to keep within the memory`}
        {counters.refusedRequests > 0 && `; ${counters.refusedRequests} requests refused`}
      </p>
      <Progress value={(memory.bytes / memory.maxBytes) * 100} aria-label="Memory used" />
      <dl className="facts">
        {Object.entries(addresses).map(([name, address]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="mono">{address ?? 'off'}</dd>
          </div>
        ))}
      </dl>
      {data.refused.length > 0 && (
        <SortableTable
          label="What was refused"
          items={data.refused.map((each, i) => ({ ...each, key: String(i) }))}
          keyOf={(each) => each.key}
          sortedBy="When"
          columns={[
            { name: 'When', value: (each) => each.at, show: (each) => ago(each.at) },
            { name: 'From', value: (each) => each.from },
            { name: 'To', value: (each) => each.port },
            { name: 'Bytes', value: (each) => each.bytes },
            { name: 'Why', value: (each) => each.why },
          ]}
        />
      )}
    </>
  );
}
