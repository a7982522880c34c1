/** Draws a chart into a box of the page: anew when what it shows changes, and always as wide as the box. */
import { useComputedColorScheme } from '@mantine/core';
import { type RefObject, useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { type Clock, useClock } from './use-time-zone';

/** What charts depend on beside their values. */
export interface ChartLook {
  dark: boolean;
  clock: Clock;
}

/**
 * @param height in pixels
 * @param shown what the chart is made of: as long as it is the same, the chart stays
 * @returns the reference of the box
 */
export function useChart(
  height: number,
  draw: (element: HTMLElement, look: ChartLook) => uPlot,
  shown: readonly unknown[],
): RefObject<HTMLDivElement | null> {
  const box = useRef<HTMLDivElement>(null);
  const dark = useComputedColorScheme('light') === 'dark';
  const clock = useClock();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shown` stands for what `draw` reads
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const plot = draw(element, { dark, clock });
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [...shown, dark, clock]);
  return box;
}

/** An axis without ticks, its grid pale. */
export function axisOf({ dark }: ChartLook) {
  return {
    stroke: dark ? '#c9c9c9' : '#495057',
    grid: { stroke: dark ? '#373a40' : '#e9ecef', width: 1 },
    ticks: { show: false },
  };
}

/** The part of a chart's options that has it count in the page's time zone. */
export function timeZoneOf({ clock }: ChartLook): Pick<uPlot.Options, 'tzDate'> {
  return clock.utc ? { tzDate: (time) => uPlot.tzDate(new Date(time * 1000), 'Etc/UTC') } : {};
}
