/** The whole trace in small: drag over it to zoom in, click to zoom out. */
import { useComputedColorScheme } from '@mantine/core';
import { type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { Interval } from '../model/intervals';
import { serviceColor } from '../model/service-color';
import type { Trace } from '../model/span';
import { type TimeScale, timeScale } from '../model/time-scale';
import type { TraceView } from '../model/trace-view';

const HEIGHT = 56;
/** Of the width; less is a click. */
const LEAST_DRAG = 0.005;

interface MiniMapProps {
  trace: Trace;
  /** Stretches that are squeezed. */
  idle: Interval[];
  zoom: TraceView['zoom'];
  onZoom: (zoom: TraceView['zoom']) => void;
}

export function MiniMap({ trace, idle, zoom, onZoom }: MiniMapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drag, setDrag] = useState<{ from: number; to: number }>();
  const scale = useMemo(() => timeScale(0, Math.max(1, trace.duration), idle), [trace, idle]);
  const dark = useComputedColorScheme('light') === 'dark';
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const paint = () => draw(element, trace, scale, dark);
    // It is called once at the start, too.
    const observer = new ResizeObserver(paint);
    observer.observe(element);
    return () => observer.disconnect();
  }, [trace, scale, dark]);
  const place = (event: PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return scale.timeAt(Math.min(1, Math.max(0, (event.clientX - left) / width)));
  };
  const end = () => {
    if (drag === undefined) return;
    const from = Math.min(drag.from, drag.to);
    const to = Math.max(drag.from, drag.to);
    onZoom(scale.at(to) - scale.at(from) < LEAST_DRAG ? undefined : { from, to });
    setDrag(undefined);
  };
  const shown = drag ?? zoom;
  const part = (time: number) => scale.at(time) * 100;
  return (
    <div
      className="mini-map"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ from: place(event), to: place(event) });
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, to: place(event) })}
      onPointerUp={end}
    >
      <canvas ref={canvas} role="img" aria-label="The whole trace; drag to zoom, or use the keys + and -" />
      {shown && (
        <div
          className="mini-map-zoom"
          style={{
            left: `${part(Math.min(shown.from, shown.to))}%`,
            width: `${Math.abs(part(shown.to) - part(shown.from))}%`,
          }}
        />
      )}
    </div>
  );
}

function draw(element: HTMLCanvasElement, trace: Trace, scale: TimeScale, dark: boolean): void {
  const width = element.clientWidth;
  element.width = width * devicePixelRatio;
  element.height = HEIGHT * devicePixelRatio;
  const context = element.getContext('2d');
  if (context === null || trace.duration === 0) return;
  context.scale(devicePixelRatio, devicePixelRatio);
  const step = HEIGHT / trace.spans.length;
  for (const span of trace.spans) {
    const left = scale.at(span.start) * width;
    context.fillStyle = span.failed ? (dark ? '#ff6b6b' : '#c92a2a') : serviceColor(span.service);
    context.fillRect(
      left,
      span.index * step,
      Math.max(1, scale.at(span.end) * width - left),
      Math.min(8, Math.max(1, step * 0.8)),
    );
  }
}
