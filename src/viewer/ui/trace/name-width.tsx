/** The handle between names and bars: dragged or moved by arrow keys; the width is kept for the next trace. */
import { type KeyboardEvent, type PointerEvent, useLayoutEffect, useRef, useState } from 'react';

const KEPT = 'viewer.nameWidth';
const LEAST = 90;
const STEP = 20;

export function NameWidth() {
  const handle = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(() => Number(readKept()) || undefined);
  useLayoutEffect(() => {
    const view = handle.current?.closest<HTMLElement>('.timeline-view');
    if (width === undefined) view?.style.removeProperty('--name-width');
    // At least half of a narrow screen is left to the bars.
    else view?.style.setProperty('--name-width', `min(${width}px, 60%)`);
  }, [width]);
  const left = () => handle.current?.parentElement?.getBoundingClientRect().left ?? 0;
  const set = (next: number) => {
    const kept = Math.max(LEAST, Math.round(next));
    setWidth(kept);
    keep(String(kept));
  };
  const drag = (event: PointerEvent) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) set(event.clientX - left());
  };
  const press = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    set((handle.current?.getBoundingClientRect().left ?? 0) - left() + by);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule can't be moved
    <div
      ref={handle}
      className="name-width"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the names"
      aria-valuenow={width ?? 0}
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onKeyDown={press}
      onDoubleClick={() => {
        setWidth(undefined);
        keep('');
      }}
    />
  );
}

/** A browser may forbid it. */
function readKept(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function keep(value: string): void {
  try {
    localStorage.setItem(KEPT, value);
  } catch {
    // Then it lasts as long as the page.
  }
}
