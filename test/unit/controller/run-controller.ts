/** A controller on the stand-in of an informer, run from start to stop, with its spans and all that it told. */
import { type ControllerOptions, createController } from '../../../src/controller';
import { FakeInformer, type Pod } from './fake-informer';
import { recordSpans } from './recorded-spans';

/** The tag that every span of a controller has. */
export const KEY = 'kubernetes.object.key';

/** A controller that ran through what `feed` says and was stopped. */
export async function runController(
  options: Partial<ControllerOptions<Pod>>,
  feed: (informer: FakeInformer) => void | Promise<void>,
  stop?: { timeout: number },
) {
  const spans = recordSpans();
  const informer = new FakeInformer();
  const failures: { error: unknown; key: string | undefined; retried: boolean }[] = [];
  const controller = createController<Pod>({
    name: 'pods',
    informer,
    handler: { add() {} },
    // A resync would find what was lost.
    resyncInterval: 0,
    tracer: spans.tracer,
    onError: (error, { key, retried }) => failures.push({ error, key, retried }),
    ...options,
  });
  await controller.start();
  await feed(informer);
  const { unprocessed } = await controller.stop(stop);
  return { ...spans, informer, failures, unprocessed, roots: spans.all('processJob') };
}
