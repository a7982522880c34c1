/**
 * Writes the steps of a new connection into the client span that waits for it, where the settings ask for it.
 * Second station of a span's way.
 */
import type { Span } from '@opentelemetry/api';

/** What a socket says while it connects, and how the span's events are called. */
const STEPS = [
  ['lookup', 'dns.resolved'],
  ['connect', 'tcp.connected'],
  ['secureConnect', 'tls.established'],
] as const;

/** Listens on `socket`, which a request has just been given, until its connection stands. */
export function watchSocket(span: Span, socket: any): void {
  // One that is kept alive has nothing more to tell.
  const fresh = socket?.connecting === true;
  span.addEvent('socket.assigned', { 'socket.reused': !fresh });
  if (!fresh) return;
  const last = socket.encrypted === true ? 'secureConnect' : 'connect';
  const listeners = STEPS.map(([event, name]) => {
    const listener = (): void => {
      span.addEvent(name);
      // A step that never comes would hold the span for as long as the connection lives.
      if (event === last) for (const each of listeners) socket.removeListener(each.event, each.listener);
    };
    return { event, listener };
  });
  for (const { event, listener } of listeners) socket.once(event, listener);
}
