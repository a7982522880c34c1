/**
 * Notices how an upgrade (WebSocket) or a tunnel (CONNECT) is answered, which is where such a request's span ends:
 * the connection then lives on, for hours perhaps, and is no request any more.
 * Second station of a span's way.
 */
import type { Duplex } from 'node:stream';

/**
 * Calls `answered` once: with the status of the first line that is written to `stream`, or with undefined where
 * it closes before. `write` and `end` are watched on this one stream until then.
 */
export function watchAnswer(stream: Duplex, answered: (status: number | undefined) => void): void {
  const { write, end } = stream;
  const ownWrite = Object.hasOwn(stream, 'write');
  const ownEnd = Object.hasOwn(stream, 'end');
  let done = false;

  function settle(status: number | undefined): void {
    if (done) return;
    done = true;
    if (stream.write === watchedWrite) restore('write', ownWrite, write);
    if (stream.end === watchedEnd) restore('end', ownEnd, end);
    stream.removeListener('close', closed);
    answered(status);
  }
  function restore(name: 'write' | 'end', own: boolean, value: any): void {
    if (own) (stream as any)[name] = value;
    else delete (stream as any)[name];
  }
  function watchedWrite(this: unknown, chunk: unknown): boolean {
    if (!done) settle(statusOf(chunk));
    return (write as any).apply(this, arguments);
  }
  function watchedEnd(this: unknown, chunk: unknown): unknown {
    if (!done) settle(statusOf(chunk));
    return (end as any).apply(this, arguments);
  }
  function closed(): void {
    settle(undefined);
  }
  define('write', watchedWrite);
  define('end', watchedEnd);
  stream.once('close', closed);

  function define(name: string, value: unknown): void {
    Object.defineProperty(stream, name, { value, writable: true, configurable: true, enumerable: false });
  }
}

/** The status in `HTTP/1.1 101 Switching Protocols`. */
function statusOf(chunk: unknown): number | undefined {
  const start =
    typeof chunk === 'string'
      ? chunk.slice(0, 12)
      : Buffer.isBuffer(chunk)
        ? chunk.toString('latin1', 0, 12)
        : '';
  const found = /^HTTP\/1\.[01] (\d{3})$/.exec(start);
  return found === null ? undefined : Number(found[1]);
}
