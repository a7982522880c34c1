/**
 * Lists and watches objects by @kubernetes/client-node, which is loaded here and only here: an informer of its own that can
 * be stopped at any moment, and whose requests are not traced. Beside a span's way.
 */
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { InformerLike, KubernetesObjectLike, RetrieverOptions } from './controller-options';

type Done = (error: unknown) => void;
type WatchCall = (path: string, query: object, callback: unknown, done: Done) => Promise<AbortController>;

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
  let stopped = false;
  const watch: WatchCall = (path, query, callback, done) => {
    // Client-node asks for a watch after a list or a pause, and doesn't look whether it was stopped meanwhile.
    if (stopped) return Promise.resolve(new AbortController());
    return untraced(() => real.watch(path, query, callback, done)).catch((error: unknown) => {
      // Nobody awaits a watch that is begun anew: credentials that can't be read would end the process.
      done(error);
      return new AbortController();
    });
  };
  const { path, list, labelSelector, fieldSelector } = options;
  const listUntraced = () => untraced(() => list.call(options));
  const informer = new ListWatch(path, { watch }, listUntraced, false, labelSelector, fieldSelector);
  return {
    on: (verb: never, callback: never) => informer.on(verb, callback),
    start: () => {
      stopped = false;
      return informer.start();
    },
    stop: () => {
      stopped = true;
      return informer.stop();
    },
  } as InformerLike<T>;
}

/** A watch would be a span of minutes with nothing to tell; Kooper has none either. */
function untraced<R>(work: () => Promise<R>): Promise<R> {
  return context.with(suppressTracing(ROOT_CONTEXT), async () => work());
}
