/** Find in the trace: how many match, the next and the previous, and only those. */
import { Button, Group, Switch, Text, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { Trace } from '../model/span';
import type { TraceView } from '../model/trace-view';
import { useKeys } from '../use-keys';

interface FindBarProps {
  trace: Trace;
  view: TraceView;
  error: string | undefined;
  matches: string[] | undefined;
  onChange: (next: Partial<TraceView>) => void;
}

/** Milliseconds without a key before the trace is searched. */
const PAUSE = 150;

export function FindBar({ trace, view, error, matches, onChange }: FindBarProps) {
  const [text, setText] = useState(view.uiFind);
  const count = matches?.length ?? 0;
  const at = matches?.indexOf(view.selected ?? '') ?? -1;
  useEffect(() => setText(view.uiFind), [view.uiFind]);
  useEffect(() => {
    if (text === view.uiFind) return;
    const timer = setTimeout(() => onChange({ uiFind: text }), PAUSE);
    return () => clearTimeout(timer);
  }, [text, view.uiFind, onChange]);
  const step = (by: number) => {
    if (matches === undefined || count === 0) return;
    // From a span that doesn't match, on in the trace's order.
    const here = trace.byKey.get(view.selected ?? '')?.index ?? -1;
    const next = matches.findIndex((key) => trace.byKey.get(key)!.index > here);
    const from = at === -1 ? (next === -1 ? 0 : next) - (by > 0 ? 1 : 0) : at;
    onChange({ selected: matches[(from + by + count) % count] });
  };
  useKeys({ n: () => step(1), N: () => step(-1) });
  return (
    <Group gap="xs" className="find-bar">
      <TextInput
        data-find
        size="xs"
        aria-label="Find in this trace"
        placeholder="Find in this trace: text, field=value, NOT … ( / )"
        className="find-input"
        error={error}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') step(event.shiftKey ? -1 : 1);
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      {matches !== undefined && (
        <>
          <Text size="sm" role="status">
            {at === -1 ? '' : `${at + 1} of `}
            {count} match{count === 1 ? '' : 'es'}
          </Text>
          <Button size="xs" variant="default" aria-label="Previous match" onClick={() => step(-1)}>
            ↑
          </Button>
          <Button size="xs" variant="default" aria-label="Next match" onClick={() => step(1)}>
            ↓
          </Button>
        </>
      )}
      <Switch
        size="xs"
        label="Only matches"
        disabled={matches === undefined}
        checked={view.onlyMatches}
        onChange={(event) => onChange({ onlyMatches: event.currentTarget.checked })}
      />
      <TextInput
        size="xs"
        className="least-input"
        aria-label="Hide spans shorter than"
        placeholder="Hide below 1ms"
        value={view.least}
        onChange={(event) => onChange({ least: event.currentTarget.value })}
      />
    </Group>
  );
}
