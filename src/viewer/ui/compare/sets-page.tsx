/** Two sets of traces side by side, such as before and after a change: durations, errors, and each operation. */
import { Button, Loader, NativeSelect, Table, TextInput } from '@mantine/core';
import { type FormEvent, useMemo, useState } from 'react';
import { LineChart } from '../line-chart';
import {
  compareFacts,
  compareOperations,
  type SetFact,
  spreadOf,
  type TraceSet,
} from '../model/compare-sets';
import { formatDuration } from '../model/duration';
import { formatShare } from '../model/rate';
import { emptyForm, LOOKBACKS, queryOf, readForm, type SearchForm, writeForm } from '../model/search-form';
import { Notice } from '../notice';
import { Link, navigate } from '../routing';
import { TimeRange } from '../search/time-range';
import { useAnswer } from '../use-answer';
import { readSet } from './read-set';
import { SetsTable } from './sets-table';

/** The address of a comparison; both sides are searches as the page's address holds them. */
export function setsLink(a: SearchForm, b: SearchForm = a): string {
  return `compare?${new URLSearchParams({ setA: writeForm(side(a)), setB: writeForm(side(b)) })}`;
}

/** All that says which traces, as one query. */
function side(form: SearchForm): SearchForm {
  const { lookback, start, end } = form;
  return { ...emptyForm(), lookback, start, end, query: queryOf(form) };
}

export function SetsPage({ search }: { search: string }) {
  const given = new URLSearchParams(search);
  const texts = { a: given.get('setA') ?? '', b: given.get('setB') ?? '' };
  const forms = { a: readForm(texts.a), b: readForm(texts.b) };
  const answer = useAnswer(`${texts.a} ${texts.b}`, (signal) =>
    Promise.all([readSet(forms.a, signal), readSet(forms.b, signal)]),
  );
  return (
    <div className="compare">
      <h1>Compare two searches</h1>
      <p className="quiet">
        Such as <span className="mono">service.version=1</span> and{' '}
        <span className="mono">service.version=2</span>, or the same at two times.{' '}
        <Link to="compare">Compare two traces</Link>
      </p>
      <SetsForm key={search} {...forms} />
      {answer.loading && <Loader size="sm" my="xs" aria-label="Searching" />}
      {answer.error && (
        <Notice failed title="A search failed" onAgain={answer.again}>
          {answer.error.message}
        </Notice>
      )}
      {answer.value && <Sets a={answer.value[0]} b={answer.value[1]} forms={forms} />}
    </div>
  );
}

function Sets({ a, b, forms }: { a: TraceSet; b: TraceSet; forms: { a: SearchForm; b: SearchForm } }) {
  const facts = useMemo(() => compareFacts(a, b), [a, b]);
  const spread = useMemo(() => spreadOf(a.durations, b.durations), [a, b]);
  const lines = useMemo(
    () => [
      { name: 'A', values: spread.a },
      { name: 'B', values: spread.b },
    ],
    [spread],
  );
  const rows = useMemo(() => compareOperations(a, b), [a, b]);
  const empty = [a, b].map(({ durations }) => durations.length === 0);
  if (empty[0] || empty[1]) {
    const which =
      empty[0] && empty[1] ? 'Neither search finds a trace' : `${empty[0] ? 'A' : 'B'} finds no trace`;
    return <Notice title={which}>Change its query, or widen its time.</Notice>;
  }
  return (
    <>
      <div className="charts">
        <section aria-label="Durations of traces">
          <h2>Durations of traces</h2>
          <LineChart
            label={`Parts of the traces of A and B by duration; ${facts.map(tell).join(', ')}`}
            along={spread.at}
            lines={lines}
            logarithmic
            format={(value) => formatShare(value, 1)}
            formatAlong={formatDuration}
          />
          {(a.cut || b.cut) && (
            <p className="quiet">
              Of {[a.cut && 'A', b.cut && 'B'].filter(Boolean).join(' and ')} only the newest traces.
            </p>
          )}
        </section>
        <section aria-label="Both sets">
          <h2>Both sets</h2>
          <Table fz="sm" verticalSpacing={3}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>
                  <span className="unseen">What</span>
                </Table.Th>
                {(['a', 'b'] as const).map((name) => (
                  <Table.Th key={name}>
                    <Link to={`search?${writeForm(forms[name])}`}>{name.toUpperCase()}</Link>
                  </Table.Th>
                ))}
                <Table.Th>B − A</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {facts.map((fact) => (
                <Table.Tr key={fact.name}>
                  <Table.Th scope="row">{fact.name}</Table.Th>
                  <Table.Td>{write(fact, fact.a)}</Table.Td>
                  <Table.Td>{write(fact, fact.b)}</Table.Td>
                  <Table.Td>
                    {fact.b > fact.a && '+'}
                    {write(fact, fact.b - fact.a)}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </section>
      </div>
      <SetsTable rows={rows} />
    </>
  );
}

function write({ unit }: SetFact, value: number): string {
  if (unit === 'duration') return formatDuration(value);
  return unit === 'share' ? formatShare(value, 1) : value.toLocaleString('en');
}

function tell(fact: SetFact): string {
  return `${fact.name} ${write(fact, fact.a)} and ${write(fact, fact.b)}`;
}

function SetsForm({ a, b }: { a: SearchForm; b: SearchForm }) {
  const [sides, setSides] = useState({ A: side(a), B: side(b) });
  const edit = (name: 'A' | 'B', next: Partial<SearchForm>) =>
    setSides((before) => ({ ...before, [name]: { ...before[name], ...next } }));
  const go = (event: FormEvent) => {
    event.preventDefault();
    navigate(setsLink(sides.A, sides.B));
  };
  return (
    <form onSubmit={go} className="sets-form" aria-label="Two searches">
      {(['A', 'B'] as const).map((name) => (
        <div key={name} className="sets-side">
          <TextInput
            size="xs"
            label={`Query ${name}`}
            placeholder="Everything"
            spellCheck={false}
            value={sides[name].query}
            onChange={(event) => edit(name, { query: event.currentTarget.value })}
          />
          <NativeSelect
            size="xs"
            label={`Time ${name}`}
            value={sides[name].lookback}
            data={[
              ...LOOKBACKS.map((each) => ({ value: each, label: `Last ${each}` })),
              { value: 'custom', label: 'From … to …' },
            ]}
            onChange={(event) =>
              edit(name, { lookback: event.currentTarget.value, start: undefined, end: undefined })
            }
          />
          {sides[name].lookback === 'custom' && (
            <TimeRange
              {...{ start: sides[name].start, end: sides[name].end }}
              onChange={(next) => edit(name, next)}
            />
          )}
        </div>
      ))}
      <Button size="xs" type="submit">
        Compare
      </Button>
    </form>
  );
}
