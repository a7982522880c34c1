/**
 * Waits for undici's first request, global `fetch` included: `pg` loads undici by a look at the globals, and most who have
 * `pg` never send one.
 * Second station of a span's way: `undici-requests.ts` has the rest.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { Patch, Tools } from '../instrumentation';

/** The channels are subscribed to once; an agent that is started again has the same tools. */
const subscribed = new WeakSet<Tools>();

export const patch: Patch = (_exports, _library, tools) => {
  if (subscribed.has(tools)) return;
  subscribed.add(tools);
  let created: ((message: unknown) => void) | undefined;
  // Our failures are contained: the channel would make them uncaught exceptions.
  subscribe('undici:request:create', (message) => {
    if (created === undefined && tools.off) return;
    try {
      created ??= (require('./undici-requests') as typeof import('./undici-requests')).undiciRequests(tools);
      created(message);
    } catch (error) {
      tools.fault(error);
    }
  });
};
