/** Start and end of a custom time range, in the time zone that the page writes times in. */
import { Group, TextInput } from '@mantine/core';
import { useClock } from '../use-time-zone';

interface TimeRangeProps {
  /** Microseconds since the epoch. */
  start: number | undefined;
  end: number | undefined;
  onChange: (range: { start?: number; end?: number }) => void;
}

export function TimeRange({ start, end, onChange }: TimeRangeProps) {
  const { utc } = useClock();
  const field = (name: 'start' | 'end', label: string, value: number | undefined) => (
    <TextInput
      size="xs"
      type="datetime-local"
      step={1}
      label={utc ? `${label} (UTC)` : label}
      value={value === undefined ? '' : written(value, utc)}
      onChange={(event) => {
        const time = new Date(event.currentTarget.value + (utc ? 'Z' : '')).getTime();
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
function written(time: number, utc: boolean): string {
  const date = new Date(time / 1000);
  const offset = utc ? 0 : date.getTimezoneOffset() * 60_000;
  return new Date(date.getTime() - offset).toISOString().slice(0, 19);
}
