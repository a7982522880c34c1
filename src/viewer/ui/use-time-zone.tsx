/** Whether times are written as here or in UTC, kept by the browser, and how to write them. */
import { useSyncExternalStore } from 'react';

const KEY = 'viewer-time-zone';
const CHANGED = 'viewer:time-zone';

export interface Clock {
  utc: boolean;
  /** As `Intl` names it; undefined for the browser's own. */
  timeZone: 'UTC' | undefined;
  /** Of microseconds since 1970. */
  date(microseconds: number): string;
  time(microseconds: number): string;
}

const clocks: Record<'utc' | 'local', Clock> = { utc: clockOf(true), local: clockOf(false) };

function clockOf(utc: boolean): Clock {
  const timeZone = utc ? 'UTC' : undefined;
  const note = utc ? ' UTC' : '';
  return {
    utc,
    timeZone,
    date: (microseconds) => new Date(microseconds / 1000).toLocaleString(undefined, { timeZone }) + note,
    time: (microseconds) => new Date(microseconds / 1000).toLocaleTimeString(undefined, { timeZone }) + note,
  };
}

export function useClock(): Clock {
  return clocks[useSyncExternalStore(subscribe, kept)];
}

export function setUtc(utc: boolean): void {
  memory = utc ? 'utc' : 'local';
  try {
    localStorage.setItem(KEY, memory);
  } catch {
    // A page in a frame may not keep anything: then until it is left.
  }
  window.dispatchEvent(new Event(CHANGED));
}

let memory: 'utc' | 'local' | undefined;
function kept(): 'utc' | 'local' {
  if (memory === undefined) {
    try {
      memory = localStorage.getItem(KEY) === 'utc' ? 'utc' : 'local';
    } catch {
      memory = 'local';
    }
  }
  return memory;
}

function subscribe(listener: () => void): () => void {
  const other = (event: StorageEvent) => {
    if (event.key !== KEY) return;
    memory = undefined;
    listener();
  };
  window.addEventListener(CHANGED, listener);
  window.addEventListener('storage', other);
  return () => {
    window.removeEventListener(CHANGED, listener);
    window.removeEventListener('storage', other);
  };
}

/** Moments of a plot's axis, in seconds; with the day where it spans several. */
export function axisTimes(clock: Clock, seconds: number[]): string[] {
  const { timeZone } = clock;
  const days = (seconds.at(-1) ?? 0) - (seconds[0] ?? 0) > 86_400;
  const options: Intl.DateTimeFormatOptions = days
    ? { timeZone, month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' }
    : { timeZone, hour: '2-digit', minute: '2-digit', second: '2-digit' };
  return seconds.map((time) => new Date(time * 1000).toLocaleString(undefined, options));
}
