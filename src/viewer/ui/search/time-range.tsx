/** Start and end of a custom time range, in the browser's time zone. */
import { Group, TextInput } from '@mantine/core';

interface TimeRangeProps {
  /** Microseconds since the epoch. */
  start: number | undefined;
  end: number | undefined;
  onChange: (range: { start?: number; end?: number }) => void;
}

export function TimeRange({ start, end, onChange }: TimeRangeProps) {
  const field = (name: 'start' | 'end', label: string, value: number | undefined) => (
    <TextInput
      size="xs"
      type="datetime-local"
      step={1}
      label={label}
      value={value === undefined ? '' : local(value)}
      onChange={(event) => {
        const time = new Date(event.currentTarget.value).getTime();
        onChange({ [name]: Number.isNaN(time) ? undefined : time * 1000 });
      }}
    />
  );
  return (
    <Group grow gap="xs">
      {field('start', 'From', start)}
      {field('end', 'To', end)}
    </Group>
  );
}

/** As an input of the type datetime-local wants it. */
function local(time: number): string {
  const date = new Date(time / 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
