/** The fields of the search form: the text query, and beside it what most searches need. */
import { Autocomplete, Button, Checkbox, Group, NativeSelect, TextInput } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { type FormEvent, type ReactNode, useState } from 'react';
import { MOST_TRACES } from '../../api/answers';
import type { ApiError } from '../api';
import { parseDuration } from '../model/duration';
import { LOOKBACKS, type SearchForm } from '../model/search-form';
import { allServices, operationsOf } from '../search-traces';
import { useAnswer } from '../use-answer';
import { QueryInput } from './query-input';
import { TimeRange } from './time-range';

interface SearchFieldsProps {
  form: SearchForm;
  /** Of a query that the server could not read. */
  error: ApiError | undefined;
  onChange: (next: Partial<SearchForm>) => void;
}

const wrongDuration = (text: string) =>
  text !== '' && parseDuration(text) === undefined ? 'Such as 1.2s, 100ms, 500us' : undefined;

export function SearchFields({ form, error, onChange }: SearchFieldsProps) {
  const [draft, setDraft] = useState(form);
  const edit = (next: Partial<SearchForm>) => setDraft((before) => ({ ...before, ...next }));
  const services = useAnswer('services', allServices);
  const operations = useAnswer(draft.service, async (signal) =>
    services.value?.includes(draft.service) || draft.service === form.service
      ? draft.service === ''
        ? []
        : operationsOf(draft.service, signal)
      : [],
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wrongDuration(draft.minDuration) || wrongDuration(draft.maxDuration)) return;
    onChange(draft);
  };
  return (
    <search>
      <form className="search-fields" onSubmit={submit} aria-label="Search traces">
        <QueryInput
          value={draft.query}
          service={draft.service}
          error={
            error &&
            `${error.message}${error.position === undefined ? '' : ` (at character ${error.position + 1})`}`
          }
          onChange={(query) => edit({ query })}
        />
        <MoreFields>
          <Autocomplete
            size="xs"
            label="Service"
            placeholder="All services"
            data={services.value ?? []}
            value={draft.service}
            onChange={(service) => edit({ service, operation: '' })}
          />
          <Autocomplete
            size="xs"
            label="Operation"
            placeholder="All operations"
            data={[...new Set(operations.value)]}
            value={draft.operation}
            onChange={(operation) => edit({ operation })}
          />
          <TextInput
            size="xs"
            label="Tags"
            placeholder='http.response.status_code=500 user="a b"'
            value={draft.tags}
            onChange={(event) => edit({ tags: event.currentTarget.value })}
          />
          <Group grow gap="xs" align="flex-start">
            <TextInput
              size="xs"
              label="Span takes at least"
              placeholder="100ms"
              error={wrongDuration(draft.minDuration)}
              value={draft.minDuration}
              onChange={(event) => edit({ minDuration: event.currentTarget.value })}
            />
            <TextInput
              size="xs"
              label="at most"
              placeholder="1.2s"
              error={wrongDuration(draft.maxDuration)}
              value={draft.maxDuration}
              onChange={(event) => edit({ maxDuration: event.currentTarget.value })}
            />
          </Group>
          <Group grow gap="xs">
            <NativeSelect
              size="xs"
              label="Time"
              value={draft.lookback}
              onChange={(event) =>
                edit({ lookback: event.currentTarget.value, start: undefined, end: undefined })
              }
              data={[
                ...LOOKBACKS.map((each) => ({ value: each, label: `Last ${each}` })),
                { value: 'custom', label: 'From … to …' },
              ]}
            />
            <NativeSelect
              size="xs"
              label="At most"
              value={String(draft.limit)}
              onChange={(event) => edit({ limit: Number(event.currentTarget.value) })}
              data={[...new Set([20, 50, 100, 500, MOST_TRACES, draft.limit])].map((each) => ({
                value: String(each),
                label: `${each} traces`,
              }))}
            />
          </Group>
          {draft.lookback === 'custom' && <TimeRange start={draft.start} end={draft.end} onChange={edit} />}
        </MoreFields>
        <Checkbox
          size="xs"
          label="Only with errors"
          checked={draft.errors}
          onChange={(event) => edit({ errors: event.currentTarget.checked })}
        />
        <Button type="submit" size="xs">
          Search
        </Button>
      </form>
    </search>
  );
}

/** On a narrow screen the list of traces would be out of sight below all fields. */
function MoreFields({ children }: { children: ReactNode }) {
  const wide = useMediaQuery('(min-width: 801px)', true, { getInitialValueInEffect: false });
  if (wide) return children;
  return (
    <details className="more-fields">
      <summary>Service, operation, tags, duration, time</summary>
      <div>{children}</div>
    </details>
  );
}
