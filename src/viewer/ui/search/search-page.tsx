/** Search: the form, the scatter plot and the live list of traces; all of it is in the address. */
import { Button, Group, Loader, Menu, NativeSelect, Switch, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { Counters, Sort } from '../../api/answers';
import { losses } from '../agents/losses';
import { ApiError, apiUrl } from '../api';
import { setsLink } from '../compare/sets-page';
import { queryOf, rangeOf, readForm, type SearchForm, writeForm } from '../model/search-form';
import { mergeSummaries, sortSummaries, type TraceSummary } from '../model/summary';
import { Notice } from '../notice';
import { Link, navigate } from '../routing';
import { searchTraces } from '../search-traces';
import { useAnswer } from '../use-answer';
import { useLive } from '../use-live';
import { Basket } from './basket';
import { Scatter } from './scatter';
import { SearchFields } from './search-fields';
import { TraceList } from './trace-list';

const LIVE_TEXT = {
  off: 'Live',
  connecting: 'Live (connecting …)',
  live: 'Live',
  polling: 'Live (asking every 5 s)',
};

export function SearchPage({ search }: { search: string }) {
  const form = useMemo(() => readForm(search), [search]);
  const [live, setLive] = useState(true);
  const [basket, setBasket] = useState<string[]>([]);
  const answer = useAnswer(search, (signal) => searchTraces(form, signal));
  const [lost, setLost] = useState<string[]>([]);
  const count = ({ counters }: { counters: Counters }) => setLost(losses({ counters, agents: [] }));
  const state = useLive(
    live && form.lookback !== 'custom',
    { q: queryOf(form) || undefined },
    {
      hello: count,
      counters: count,
      changes: ({
        traces,
        evicted,
        dropped,
      }: {
        traces: TraceSummary[];
        evicted: string[];
        dropped: boolean;
      }) => {
        // Columns need whole traces, which only a search gives.
        if (dropped || form.columns.length > 0) return answer.again();
        answer.put((before) => {
          const merged = sortSummaries(mergeSummaries(before.traces, traces, evicted), form.sort);
          const total = Math.max(before.total + merged.length - before.traces.length, merged.length);
          return { ...before, traces: merged.slice(0, form.limit), total };
        });
      },
    },
    answer.again,
  );
  const change = (next: Partial<SearchForm>) => navigate(`search?${writeForm({ ...form, ...next })}`);
  const found = answer.value;
  const pick = (id: string) =>
    setBasket((before) =>
      before.includes(id) ? before.filter((each) => each !== id) : [...before, id].slice(-2),
    );
  const wrong = answer.error instanceof ApiError && answer.error.status === 400 ? answer.error : undefined;
  return (
    <div className="search">
      <SearchFields key={search} form={form} error={wrong} onChange={change} />
      <section aria-label="Traces found" className="found">
        <Group justify="space-between" mb="xs">
          <Group gap="sm">
            <h1 className="count" aria-live="polite">
              {found === undefined
                ? 'Traces'
                : `${found.total}${found.own ? '' : ' or more'} trace${found.total === 1 ? '' : 's'}`}
            </h1>
            {answer.loading && <Loader size="xs" aria-label="Searching" />}
          </Group>
          <Group gap="sm">
            <Switch
              size="xs"
              checked={live}
              label={LIVE_TEXT[state]}
              onChange={(event) => setLive(event.currentTarget.checked)}
            />
            <NativeSelect
              size="xs"
              aria-label="Order"
              value={form.sort}
              onChange={(event) => change({ sort: event.currentTarget.value as Sort })}
              data={[
                { value: 'start', label: 'Newest first' },
                { value: 'duration', label: 'Longest trace first' },
                { value: 'spans', label: 'Most spans first' },
                { value: 'errors', label: 'Most errors first' },
              ]}
            />
            {found !== undefined && found.traces.length > 0 && <SearchMenu form={form} own={found.own} />}
            <Columns columns={form.columns} onChange={(columns) => change({ columns })} />
          </Group>
        </Group>
        {answer.error && wrong === undefined && (
          <Notice failed title="The search failed" onAgain={answer.again}>
            {answer.error.message}
          </Notice>
        )}
        {lost.length > 0 && (
          <p className="lost">
            <Link to="agents">Spans were lost on the way</Link> {lost.join('; ')}
          </p>
        )}
        <Basket ids={basket} onClear={() => setBasket([])} />
        {found !== undefined && found.traces.length > 0 && <Scatter traces={found.traces} />}
        {found?.traces.length === 0 && !answer.loading && (
          <Notice title="No traces found">
            Nothing matches in this time. Widen the time range, or send a request to a traced application; a
            trace appears here as soon as its first span arrives.
          </Notice>
        )}
        {found !== undefined && found.traces.length > 0 && (
          <TraceList
            traces={found.traces}
            query={queryOf(form)}
            columns={form.columns}
            picked={basket}
            onPick={pick}
          />
        )}
      </section>
    </div>
  );
}

/** @param own the server has exports, which plain Jaeger lacks */
function SearchMenu({ form, own }: { form: SearchForm; own: boolean }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="xs" variant="default">
          More
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => navigate(setsLink(form))}>Compare with another search</Menu.Item>
        {own && (
          <>
            <Menu.Item component="a" href={exportUrl(form, 'jaeger')} download>
              Export as Jaeger’s JSON
            </Menu.Item>
            <Menu.Item component="a" href={exportUrl(form, 'otlp')} download>
              Export as OTLP JSON
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

/** What the search finds, as a file that “Import” reads; the first also Jaeger's own page. */
function exportUrl(form: SearchForm, format: 'jaeger' | 'otlp'): string {
  const { start, end } = rangeOf(form, Date.now());
  return apiUrl('export', { q: queryOf(form), start, end, limit: form.limit, sort: form.sort, format });
}

function Columns({ columns, onChange }: { columns: string[]; onChange: (columns: string[]) => void }) {
  const [text, setText] = useState(columns.join(','));
  const next = text.split(/[\s,]+/).filter((each) => each !== '');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onChange(next);
      }}
    >
      <Group gap={4} wrap="nowrap">
        <TextInput
          size="xs"
          aria-label="Tags shown as columns, with commas"
          placeholder="Columns: http.route, …"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {next.join() !== columns.join() && (
          <Button size="xs" variant="default" type="submit">
            Show
          </Button>
        )}
      </Group>
    </form>
  );
}
