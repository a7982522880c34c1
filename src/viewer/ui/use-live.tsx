/** The server's live events: what changed since. A server without them is asked again every few seconds instead. */
import { useEffect, useRef, useState } from 'react';
import { apiUrl } from './api';

type LiveState = 'off' | 'connecting' | 'live' | 'polling';

/** Milliseconds between two questions to a server without live events. */
const POLL = 5000;

/** @param listeners event name → what to do with its data; `poll` is called where there are no events */
export function useLive(
  on: boolean,
  parameters: Record<string, string | undefined>,
  listeners: Record<string, (data: never) => void>,
  poll: () => void,
): LiveState {
  const [state, setState] = useState<LiveState>('off');
  const latest = useRef({ listeners, poll });
  latest.current = { listeners, poll };
  const url = apiUrl('live', parameters);
  const names = Object.keys(listeners).join(' ');
  useEffect(() => {
    if (!on) {
      setState('off');
      return;
    }
    setState('connecting');
    let timer: ReturnType<typeof setInterval> | undefined;
    const source = new EventSource(url);
    source.onopen = () => setState('live');
    source.onerror = () => {
      // The browser connects again by itself, unless the answer was no event stream.
      if (source.readyState !== EventSource.CLOSED) return setState('connecting');
      setState('polling');
      timer ??= setInterval(() => latest.current.poll(), POLL);
    };
    let greeted = false;
    source.addEventListener('hello', () => {
      // After a gap, what changed in it is asked for.
      if (greeted) latest.current.poll();
      greeted = true;
    });
    for (const name of names.split(' ')) {
      source.addEventListener(name, (event) => {
        latest.current.listeners[name]?.(JSON.parse((event as MessageEvent<string>).data) as never);
      });
    }
    return () => {
      source.close();
      clearInterval(timer);
    };
  }, [on, url, names]);
  return state;
}
