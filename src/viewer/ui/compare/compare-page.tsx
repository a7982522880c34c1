/** Two traces side by side: what only one has, what one does more often, what takes longer. */
import { Button, Group, Loader, TextInput } from '@mantine/core';
import { type FormEvent, useMemo, useState } from 'react';
import { buildTrace } from '../model/build-trace';
import { compareTraces } from '../model/compare';
import { formatDuration } from '../model/duration';
import { emptyForm } from '../model/search-form';
import type { Trace } from '../model/span';
import { Notice } from '../notice';
import { readTrace } from '../read-trace';
import { Link, navigate } from '../routing';
import { useAnswer } from '../use-answer';
import { useClock } from '../use-time-zone';
import { CompareTable } from './compare-table';
import { setsLink } from './sets-page';

export function ComparePage({ a, b }: { a: string; b: string }) {
  const both = a !== '' && b !== '';
  const answer = useAnswer(`${a} ${b}`, async (signal) =>
    both ? Promise.all([readTrace(a, signal), readTrace(b, signal)]) : undefined,
  );
  const traces = useMemo(() => answer.value?.map((each) => buildTrace(each)), [answer.value]);
  const rows = useMemo(() => traces && compareTraces(traces[0]!, traces[1]!), [traces]);
  return (
    <div className="compare">
      <h1>Compare two traces</h1>
      <ChooseTraces key={`${a} ${b}`} a={a} b={b} />
      {both && answer.loading && !traces && <Loader aria-label="Loading the traces" />}
      {answer.error && (
        <Notice failed title="A trace could not be read" onAgain={answer.again}>
          {answer.error.message}
        </Notice>
      )}
      {!both && (
        <Notice title="Pick two traces">
          Write their ids here, or tick two in the list of <Link to="search">traces</Link>. Two searches are
          compared as well: <Link to={setsLink(emptyForm())}>compare two searches</Link>.
        </Notice>
      )}
      {traces && rows && (
        <>
          <Group grow my="sm" align="stretch">
            <Side name="A" trace={traces[0]!} />
            <Side name="B" trace={traces[1]!} other={traces[0]!} />
          </Group>
          <CompareTable rows={rows} />
        </>
      )}
    </div>
  );
}

function Side({ name, trace, other }: { name: string; trace: Trace; other?: Trace }) {
  const clock = useClock();
  const root = trace.roots[0];
  const longer = other && trace.duration - other.duration;
  return (
    <section className="side" aria-label={`Trace ${name}`}>
      <strong>{name}</strong>{' '}
      <Link to={`trace/${trace.id}`}>{root ? `${root.service}: ${root.operation}` : trace.id}</Link>
      <div>
        {formatDuration(trace.duration)}, {trace.spans.length} spans, {trace.failed} errors
        {longer !== undefined && longer !== 0 && (
          <strong>
            {' '}
            {formatDuration(Math.abs(longer))} {longer > 0 ? 'longer' : 'shorter'}
          </strong>
        )}
      </div>
      <div className="quiet">{clock.date(trace.startTime)}</div>
    </section>
  );
}

function ChooseTraces({ a, b }: { a: string; b: string }) {
  const given = new URLSearchParams(location.search);
  const [first, setFirst] = useState(a || (given.get('a') ?? ''));
  const [second, setSecond] = useState(b || (given.get('b') ?? ''));
  const swap = () => {
    setFirst(second);
    setSecond(first);
  };
  const go = (event: FormEvent) => {
    event.preventDefault();
    if (first.trim() !== '' && second.trim() !== '') navigate(`trace/${first.trim()}...${second.trim()}`);
  };
  return (
    <form onSubmit={go}>
      <Group align="flex-end" gap="xs">
        <TextInput
          size="xs"
          label="Trace A"
          value={first}
          onChange={(event) => setFirst(event.currentTarget.value)}
        />
        <TextInput
          size="xs"
          label="Trace B"
          value={second}
          onChange={(event) => setSecond(event.currentTarget.value)}
        />
        <Button size="xs" type="submit">
          Compare
        </Button>
        <Button size="xs" variant="default" onClick={() => (a && b ? navigate(`trace/${b}...${a}`) : swap())}>
          Swap
        </Button>
      </Group>
    </form>
  );
}
