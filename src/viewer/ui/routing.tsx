/** The page's address as state: which part is shown, and what its query string holds. */
import { Anchor, type AnchorProps } from '@mantine/core';
import { type MouseEvent, type ReactNode, useSyncExternalStore } from 'react';
import { pageBase } from './page-base';

const base = pageBase.pathname;
const CHANGED = 'viewer:address';

/** @param path from the page's base, without a leading slash; the address is kept out of the history with `replace` */
export function navigate(path: string, { replace = false } = {}): void {
  const url = base + withEmbed(path);
  if (url === location.pathname + location.search) return;
  if (replace) history.replaceState(null, '', url);
  else history.pushState(null, '', url);
  window.dispatchEvent(new Event(CHANGED));
}

/** A page in a frame stays without its head wherever its links lead. */
function withEmbed(path: string): string {
  if (new URLSearchParams(location.search).get('uiEmbed') !== 'v0' || /[?&]uiEmbed=/.test(path)) return path;
  return `${path}${path.includes('?') ? '&' : '?'}uiEmbed=v0`;
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    window.removeEventListener('popstate', listener);
    window.removeEventListener(CHANGED, listener);
  };
}

interface Address {
  /** `search`, `trace/1234`, … */
  path: string;
  /** Without the question mark. */
  search: string;
}

export function useAddress(): Address {
  const url = useSyncExternalStore(subscribe, () => location.pathname + location.search);
  const mark = url.indexOf('?');
  const path = (mark === -1 ? url : url.slice(0, mark)).slice(base.length).replace(/\/$/, '');
  return { path: decodeURIComponent(path), search: mark === -1 ? '' : url.slice(mark + 1) };
}

/** A link within the page; opened with a modifier key it is an ordinary one. */
export function Link({ to, children, ...rest }: { to: string; children: ReactNode } & AnchorProps) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <Anchor href={base + withEmbed(to)} onClick={follow} {...rest}>
      {children}
    </Anchor>
  );
}
