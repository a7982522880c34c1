/** The scatter plot of found traces: when, how long, how many spans (size), failed or not (colour and shape). */
import uPlot from 'uplot';
import { formatDuration } from '../model/duration';
import type { TraceSummary } from '../model/summary';
import { navigate } from '../routing';
import { axisOf, type ChartLook, timeZoneOf, useChart } from '../use-chart';
import { axisTimes } from '../use-time-zone';

/** In pixels. */
const HEIGHT = 160;

export function Scatter({ traces }: { traces: TraceSummary[] }) {
  const box = useChart(HEIGHT, (element, look) => draw(element, traces, look), [traces]);
  return (
    <div
      ref={box}
      className="scatter"
      role="img"
      aria-label={`Durations of ${traces.length} traces over time; the list below holds the same`}
    />
  );
}

function draw(element: HTMLElement, traces: TraceSummary[], look: ChartLook): uPlot {
  const { dark, clock } = look;
  const list = [...traces].sort((a, b) => a.startTime - b.startTime);
  const color = { good: dark ? '#74c0fc' : '#1864ab', bad: dark ? '#ff8787' : '#c92a2a' };
  const times = list.map((each) => each.startTime / 1e6);
  const radius = (each: TraceSummary) => 3 + Math.min(9, Math.sqrt(each.spans));
  const points = (u: uPlot) => {
    const { ctx } = u;
    const scale = devicePixelRatio;
    ctx.save();
    for (const each of list) {
      const x = u.valToPos(each.startTime / 1e6, 'x', true);
      const y = u.valToPos(Math.max(1, each.duration) / 1000, 'y', true);
      const failed = each.errors > 0;
      ctx.fillStyle = failed ? color.bad : color.good;
      ctx.globalAlpha = 0.75;
      ctx.beginPath();
      const r = radius(each) * scale;
      // A failed one is a diamond, for those who don't see red.
      if (failed) {
        ctx.moveTo(x, y - r);
        ctx.lineTo(x + r, y);
        ctx.lineTo(x, y + r);
        ctx.lineTo(x - r, y);
      } else ctx.arc(x, y, r * 0.8, 0, 7);
      ctx.fill();
    }
    ctx.restore();
    return null;
  };
  const axis = axisOf(look);
  const plot = new uPlot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      ...timeZoneOf(look),
      cursor: { drag: { x: false, y: false }, points: { show: false } },
      scales: {
        x: { time: true, range: () => pad(times[0] ?? 0, times.at(-1) ?? 0) },
        y: { range: (_, __, most) => [0, most * 1.15 || 1] },
      },
      axes: [
        { ...axis, space: 110, values: (_, ticks) => axisTimes(clock, ticks) },
        { ...axis, size: 64, values: (_, values) => values.map((each) => formatDuration(each * 1000)) },
      ],
      series: [{}, { paths: points, points: { show: false } }],
    },
    [times, list.map((each) => Math.max(1, each.duration) / 1000)],
    element,
  );
  const nearest = (event: MouseEvent): TraceSummary | undefined => {
    const { left, top } = plot.over.getBoundingClientRect();
    const distance = (each: TraceSummary) =>
      Math.hypot(
        plot.valToPos(each.startTime / 1e6, 'x') - (event.clientX - left),
        plot.valToPos(each.duration / 1000, 'y') - (event.clientY - top),
      );
    const best = list.reduce<TraceSummary | undefined>(
      (near, each) => (near === undefined || distance(each) < distance(near) ? each : near),
      undefined,
    );
    return best !== undefined && distance(best) < 16 ? best : undefined;
  };
  plot.over.addEventListener('mousemove', (event) => {
    const each = nearest(event);
    plot.over.style.cursor = each ? 'pointer' : '';
    plot.over.title = each
      ? `${each.rootService}: ${each.rootOperation}, ${formatDuration(each.duration)}, ${each.spans} spans, ${each.errors} errors`
      : '';
  });
  plot.over.addEventListener('click', (event) => {
    const each = nearest(event);
    if (each) navigate(`trace/${each.traceID}`);
  });
  return plot;
}

/** Room for the points at the edges; a second where there is only one moment. */
function pad(from: number, to: number): [number, number] {
  const room = Math.max((to - from) * 0.04, 0.5);
  return [from - room, to + room];
}
