/** Lines over time or another measure, with a legend that tells the values below the pointer. */
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { axisTimes, type Clock, useClock } from './use-time-zone';

interface ChartLine {
  name: string;
  /** One for each place of `along`; null where there is none. */
  values: (number | null)[];
}

interface LineChartProps {
  /** What is drawn, for those who don't see it. */
  label: string;
  /** Seconds since 1970, or, with `formatAlong`, any rising numbers. */
  along: number[];
  lines: ChartLine[];
  format: (value: number) => string;
  formatAlong?: (value: number) => string;
  /** Numbers of `along` are drawn by their logarithm. */
  logarithmic?: boolean;
}

const HEIGHT = 180;
/** Apart by lightness and dashes as well, for those who don't see colours. */
const STROKES = [
  { light: '#1864ab', dark: '#74c0fc', dash: [] },
  { light: '#a0460a', dark: '#ffa94d', dash: [7, 3] },
  { light: '#862e9c', dark: '#e599f7', dash: [2, 3] },
];

export function LineChart({ label, ...rest }: LineChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const dark = useComputedColorScheme('light') === 'dark';
  const clock = useClock();
  const { along, lines, logarithmic } = rest;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the functions stay what they are for the same lines
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const plot = draw(element, rest, dark, clock);
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [along, lines, dark, clock, logarithmic]);
  return <div ref={box} className="line-chart" role="img" aria-label={label} />;
}

function draw(
  element: HTMLElement,
  { along, lines, format, formatAlong, logarithmic }: Omit<LineChartProps, 'label'>,
  dark: boolean,
  clock: Clock,
): uPlot {
  const axis = {
    stroke: dark ? '#c9c9c9' : '#495057',
    grid: { stroke: dark ? '#373a40' : '#e9ecef', width: 1 },
    ticks: { show: false },
  };
  const place = formatAlong ?? ((value: number) => axisTimes(clock, [value])[0]!);
  return new uPlot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      cursor: { drag: { x: false, y: false } },
      ...(clock.utc && { tzDate: (time: number) => uPlot.tzDate(new Date(time * 1000), 'Etc/UTC') }),
      scales: {
        x: { time: formatAlong === undefined, ...(logarithmic && { distr: 3 as const }) },
        y: { range: (_, __, most) => [0, most * 1.15 || 1] },
      },
      axes: [
        {
          ...axis,
          space: 62,
          size: 34,
          values: (_, places) =>
            formatAlong
              ? places.map((each) => (each === null ? '' : formatAlong(each)))
              : axisTimes(clock, places),
        },
        { ...axis, size: 64, values: (_, values) => values.map(format) },
      ],
      series: [
        {
          label: formatAlong === undefined ? 'Time' : 'At',
          value: (_, value) => (value === null || value === undefined ? '–' : place(value)),
        },
        ...lines.map(({ name }, i) => {
          const { light, dark: onDark, dash } = STROKES[i % STROKES.length]!;
          return {
            label: name,
            stroke: dark ? onDark : light,
            width: 2,
            dash,
            value: (_: uPlot, value: number | null) => (value === null ? '–' : format(value)),
          };
        }),
      ],
    },
    [along, ...lines.map((line) => line.values)],
    element,
  );
}
