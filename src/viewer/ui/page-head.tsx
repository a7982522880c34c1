/** The page's head: the ways to its parts, a look-up by trace id, the colour scheme, help. */
import {
  ActionIcon,
  Button,
  FileButton,
  Group,
  TextInput,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Link, navigate } from './routing';
import { setUtc, useClock } from './use-time-zone';

const PARTS = [
  ['search', 'Traces'],
  ['map', 'Service map'],
  ['monitor', 'Monitor'],
  ['compare', 'Compare'],
  ['agents', 'Agents'],
] as const;

interface PageHeadProps {
  path: string;
  /** Files are being taken in. */
  busy: boolean;
  onHelp: () => void;
  onImport: (files: File[]) => void;
}

export function PageHead({ path, busy, onHelp, onImport }: PageHeadProps) {
  const at = path === '' ? 'search' : path === 'dependencies' ? 'map' : path;
  return (
    <header className="head">
      <a href="#part" className="skip-link">
        Skip to the content
      </a>
      <nav aria-label="Parts">
        <Group gap="2px 16px">
          {PARTS.map(([to, name]) => (
            <Link key={to} to={to} className="head-link" data-here={at.startsWith(to) || undefined}>
              {name}
            </Link>
          ))}
        </Group>
      </nav>
      <Group gap="6px">
        <TraceLookup />
        <FileButton multiple accept=".json,.jsonl,.ndjson,application/json" onChange={onImport}>
          {(button) => (
            <Button {...button} size="xs" variant="default" loading={busy}>
              Import
            </Button>
          )}
        </FileButton>
        <ClockSwitch />
        <SchemeSwitch />
        <ActionIcon variant="default" size="input-xs" aria-label="Help: keys and queries" onClick={onHelp}>
          ?
        </ActionIcon>
      </Group>
    </header>
  );
}

function TraceLookup() {
  const [id, setId] = useState('');
  const go = (event: FormEvent) => {
    event.preventDefault();
    // A whole `uber-trace-id` or `traceparent` does as well.
    const found = /^(?:00-)?([0-9a-f]{1,32})(?=$|[:-])/i.exec(id.trim())?.[1];
    if (found !== undefined) navigate(`trace/${found.toLowerCase()}`);
  };
  return (
    <form onSubmit={go}>
      <TextInput
        size="xs"
        className="lookup"
        aria-label="Look up a trace by its id"
        placeholder="Trace id"
        value={id}
        onChange={(event) => setId(event.currentTarget.value)}
      />
    </form>
  );
}

function ClockSwitch() {
  const { utc } = useClock();
  const name = utc ? 'UTC' : 'Local';
  return (
    <Button
      size="xs"
      px="xs"
      variant="default"
      aria-label={`${name} time; switch to ${utc ? 'local time' : 'UTC'}`}
      title={utc ? 'Times are in UTC' : 'Times are in your time zone'}
      onClick={() => setUtc(!utc)}
    >
      {name}
    </Button>
  );
}

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const other = scheme === 'dark' ? 'light' : 'dark';
  return (
    <ActionIcon
      variant="default"
      size="input-xs"
      aria-label={`Switch to ${other} colours`}
      onClick={() => setColorScheme(other)}
    >
      {scheme === 'dark' ? '☀' : '☾'}
    </ActionIcon>
  );
}
