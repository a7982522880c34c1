/**
 * Lists and watches objects by @kubernetes/client-node, which is loaded here and only here: an informer of its own that can
 * be stopped at any moment, and whose requests are not traced. Beside a span's way.
 */
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { fault } from '../diagnostics/contain';
import type { InformerLike, KubernetesObjectLike, RetrieverOptions } from './controller-options';

type Done = (error: unknown) => void;
type WatchCallback = (...event: unknown[]) => unknown;
type WatchCall = (
  path: string,
  query: object,
  callback: WatchCallback,
  done: Done,
) => Promise<AbortController>;

/** Milliseconds from one watch's begin to the next one's, at least. */
const SHORTEST_WATCH = 1000;

/** As much of @kubernetes/client-node as is used here, which the published types don't name. */
interface ClientNode {
  Watch: new (kubeConfig: object) => { watch: WatchCall };
  ListWatch: new (
    path: string,
    watch: { watch: WatchCall },
    list: () => Promise<unknown>,
    autoStart: boolean,
    labelSelector?: string,
    fieldSelector?: string,
  ) => InformerLike<never>;
}

/** Versions 1 and 2 are ES modules, which `import()` alone loads on every Node. */
export async function retrieve<T extends KubernetesObjectLike>(
  options: RetrieverOptions<T>,
): Promise<InformerLike<T>> {
  const { ListWatch, Watch } = (await import('@kubernetes/client-node')) as unknown as ClientNode;
  const real = new Watch(options.kubeConfig);
  const stopping = new AbortController();
  const stopped = stopping.signal;
  let begun = Number.NEGATIVE_INFINITY;
  const watch: WatchCall = async (path, query, callback, done) => {
    // An event that client-node can't read would be a rejection that nobody awaits.
    const guarded: WatchCallback = async (...event) => {
      try {
        await callback(...event);
      } catch (error) {
        fault('controller', error);
      }
    };
    try {
      // One that a server ends as soon as it has begun is begun again at once by client-node, without an end.
      const early = begun + SHORTEST_WATCH - performance.now();
      if (early > 0 && !stopped.aborted) await delay(early, stopped);
      // Nor does it look whether it was stopped while it listed, or while it waited for the first answer.
      if (stopped.aborted) return new AbortController();
      begun = performance.now();
      const request = await untraced(() => real.watch(path, query, guarded, done));
      if (stopped.aborted) request.abort();
      return request;
    } catch (error) {
      // Nobody awaits a watch that is begun anew: credentials that can't be read would end the process.
      done(error);
      return new AbortController();
    }
  };
  const { path, labelSelector, fieldSelector } = options;
  const list = async () => {
    const found = await untraced(() => options.list());
    // Here it is a failure that is tried again; behind it, a rejection that nobody awaits.
    if (!Array.isArray(found?.items) || !found.items.every((item) => item?.metadata))
      throw new TypeError('list() gave no list of objects');
    return found;
  };
  const informer = new ListWatch(path, { watch }, list, false, labelSelector, fieldSelector);
  return {
    on: (verb: never, callback: never) => informer.on(verb, callback),
    start: () => informer.start(),
    stop: () => {
      stopping.abort();
      return informer.stop();
    },
  } as InformerLike<T>;
}

function delay(milliseconds: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      stopped.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    stopped.addEventListener('abort', end);
  });
}

/** A watch would be a span of minutes with nothing to tell; Kooper has none either. */
function untraced<R>(work: () => Promise<R>): Promise<R> {
  return context.with(suppressTracing(ROOT_CONTEXT), async () => work());
}
