/** Lines over time or another measure, with a legend that tells the values below the pointer. */
import uPlot from 'uplot';
import { axisOf, type ChartLook, timeZoneOf, useChart } from './use-chart';
import { axisTimes } from './use-time-zone';

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

/** In pixels. */
const HEIGHT = 180;
/** Apart by lightness and dashes as well, for those who don't see colours. */
const STROKES = [
  { light: '#1864ab', dark: '#74c0fc', dash: [] },
  { light: '#a0460a', dark: '#ffa94d', dash: [7, 3] },
  { light: '#862e9c', dark: '#e599f7', dash: [2, 3] },
];

export function LineChart({ label, ...rest }: LineChartProps) {
  // The functions stay what they are for the same lines.
  const shown = [rest.along, rest.lines, rest.logarithmic];
  const box = useChart(HEIGHT, (element, look) => draw(element, rest, look), shown);
  return <div ref={box} className="line-chart" role="img" aria-label={label} />;
}

function draw(
  element: HTMLElement,
  { along, lines, format, formatAlong, logarithmic }: Omit<LineChartProps, 'label'>,
  look: ChartLook,
): uPlot {
  const { dark, clock } = look;
  const axis = axisOf(look);
  const place = formatAlong ?? ((value: number) => axisTimes(clock, [value])[0]!);
  return new uPlot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      cursor: { drag: { x: false, y: false } },
      ...timeZoneOf(look),
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
