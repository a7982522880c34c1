/** The text query with completion of fields, tags and their values. */
import { Autocomplete } from '@mantine/core';
import { useRef, useState } from 'react';
import { FIELDS, writeValue } from '../../api/query-language';
import { askExtra } from '../api';
import { type Completing, completingAt } from '../model/completion';
import { allServices, operationsOf } from '../search-traces';
import { useAnswer } from '../use-answer';

interface QueryInputProps {
  value: string;
  service: string;
  error: string | undefined;
  onChange: (value: string) => void;
}

export function QueryInput({ value, service, error, onChange }: QueryInputProps) {
  const input = useRef<HTMLInputElement>(null);
  const [opened, setOpened] = useState(false);
  const [cursor, setCursor] = useState(value.length);
  const piece = completingAt(value, cursor);
  const answer = useAnswer(`${piece.kind} ${piece.key} ${piece.prefix} ${service}`, (signal) =>
    suggestions(piece, service, signal),
  );
  const before = value.slice(0, piece.from);
  const after = value.slice(cursor);
  const options = [...new Set((answer.value ?? []).map((each) => before + each + after))].filter(
    (each) => each !== value,
  );
  return (
    <Autocomplete
      ref={input}
      data-find
      size="sm"
      label="Query"
      description="Words, field=value, AND, OR, NOT, * – press / to come here, ? for help"
      placeholder='service=shop duration>100ms NOT operation="GET /health"'
      spellCheck={false}
      autoComplete="off"
      error={error}
      value={value}
      data={options}
      // What is offered is the whole query already; only how it goes on is shown.
      renderOption={({ option }) => option.value.slice(before.length, option.value.length - after.length)}
      filter={({ options: all }) => all}
      maxDropdownHeight={240}
      onChange={(next) => {
        onChange(next);
        // A choice comes this way as well, before the field's own cursor has moved.
        const chosen = options.includes(next) ? next.length - after.length : undefined;
        setCursor(chosen ?? input.current?.selectionStart ?? next.length);
      }}
      dropdownOpened={opened}
      onDropdownOpen={() => setOpened(true)}
      onDropdownClose={() => setOpened(false)}
      onOptionSubmit={(next) => {
        setCursor(next.length - after.length);
        // A field wants its value next; the choice itself closes the list.
        if (next.slice(0, next.length - after.length).endsWith('=')) setTimeout(() => setOpened(true));
      }}
      onKeyUp={() => setCursor(input.current?.selectionStart ?? value.length)}
      onClick={() => setCursor(input.current?.selectionStart ?? value.length)}
    />
  );
}

async function suggestions(piece: Completing, service: string, signal: AbortSignal): Promise<string[]> {
  const { kind, key, prefix } = piece;
  if (kind === 'key') {
    if (prefix === '') return [];
    const answer = await askExtra<{ data: { key: string }[] }>(
      'tags',
      { service, prefix, limit: 12 },
      { signal },
    );
    const keys = answer?.data.map((each) => each.key) ?? [];
    return [...FIELDS, ...keys]
      .filter((each) => each.includes(prefix) && each !== prefix)
      .map((each) => `${each}=`);
  }
  const answer = await askExtra<{ data: { value: string }[] }>(
    'tags',
    { key, service: key === 'service' ? '' : service, prefix, limit: 12 },
    { signal },
  );
  const values = answer?.data.map((each) => each.value) ?? (await plainValues(key, service, signal));
  return values.filter((each) => each.toLowerCase().includes(prefix.toLowerCase())).map(writeValue);
}

/** What plain Jaeger knows. */
async function plainValues(key: string, service: string, signal: AbortSignal): Promise<string[]> {
  if (key === 'service' || key === 'trace.service') return allServices(signal);
  if (key === 'error' || key === 'root') return ['true', 'false'];
  if (key === 'kind') return ['server', 'client', 'producer', 'consumer', 'internal'];
  if (key !== 'operation' && key !== 'name') return [];
  const services = service === '' ? await allServices(signal) : [service];
  const operations = await Promise.all(services.map((each) => operationsOf(each, signal)));
  return [...new Set(operations.flat())].sort();
}
