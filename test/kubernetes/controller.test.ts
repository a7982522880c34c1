/**
 * Guards that a controller processes every change of a real cluster once and traces each processing once: through watches
 * that are cut, versions that are gone, a restarted API server, and a thousand objects at once.
 */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { after, before, test } from 'node:test';
import type { CoreV1Api, KubernetesObject } from '@kubernetes/client-node';
import { type Controller, type ControllerOptions, createController } from '../../src/controller';
import { type Kubernetes, startKubernetes } from '../support/kubernetes';
import { needsKubernetes } from '../support/kubernetes-binaries';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';
import { recordSpans } from '../unit/controller/recorded-spans';

let kubernetes: Kubernetes;
let proxy: TcpProxy;
let api: CoreV1Api;
before(async () => {
  if (!needsKubernetes({ skip: () => {} })) return;
  kubernetes = await startKubernetes();
  proxy = await startTcpProxy(Number(new URL(kubernetes.url).port));
  const { CoreV1Api } = await import('@kubernetes/client-node');
  api = (await kubernetes.kubeConfig()).makeApiClient(CoreV1Api);
});
after(async () => {
  await proxy?.close();
  await kubernetes?.stop();
});

interface Watched {
  controller: Controller;
  /** What was handled, in order: `add name` or `delete name`. */
  handled: string[];
  failures: unknown[];
  /** How often all objects were listed. */
  lists(): number;
  roots(): number;
  /** Resolves when `count` processings are done. */
  until(count: number): Promise<void>;
}

/** Watches the config maps of a namespace that it makes, through the proxy. */
async function watch(
  namespace: string,
  options: Partial<ControllerOptions<KubernetesObject>> = {},
): Promise<Watched> {
  await api.createNamespace({ body: { metadata: { name: namespace } } });
  const kubeConfig = await kubernetes.kubeConfig(`https://127.0.0.1:${proxy.port}`);
  const { CoreV1Api } = await import('@kubernetes/client-node');
  const through = kubeConfig.makeApiClient(CoreV1Api);
  const spans = recordSpans();
  const handled: string[] = [];
  const failures: unknown[] = [];
  let lists = 0;
  const controller = createController<KubernetesObject>({
    name: namespace,
    retriever: {
      kubeConfig,
      path: `/api/v1/namespaces/${namespace}/configmaps`,
      list: () => {
        lists++;
        return through.listNamespacedConfigMap({ namespace });
      },
    },
    handler: {
      add: (object) => handled.push(`add ${object.metadata?.name}`),
      delete: (key) => handled.push(`delete ${key.split('/')[1]}`),
    },
    resyncInterval: 0,
    tracer: spans.tracer,
    onError: (error) => failures.push(error),
    ...options,
  });
  await controller.start();
  return {
    controller,
    handled,
    failures,
    lists: () => lists,
    roots: () => spans.all('processJob').length,
    until: (count) => spans.until('processJob', count),
  };
}

const put = (namespace: string, name: string, data: Record<string, string> = {}) =>
  api.createNamespacedConfigMap({ namespace, body: { metadata: { name }, data } });
const change = (namespace: string, name: string, value: string) =>
  api.replaceNamespacedConfigMap({ namespace, name, body: { metadata: { name }, data: { value } } });
const remove = (namespace: string, name: string) => api.deleteNamespacedConfigMap({ namespace, name });

/** Stops, and checks that what was handled is what has a trace. */
async function finish(watched: Watched, handled: string[]): Promise<void> {
  const { unprocessed } = await watched.controller.stop();
  assert.deepEqual(unprocessed, []);
  assert.deepEqual(watched.handled, handled);
  assert.equal(watched.roots(), handled.length);
}

test('added, changed and deleted objects, each processing one trace', async (t) => {
  if (!needsKubernetes(t)) return;
  await api.createNamespace({ body: { metadata: { name: 'elsewhere' } } });
  await put('elsewhere', 'not-mine');
  const watched = await watch('changes');
  await put('changes', 'a');
  await watched.until(1);
  await change('changes', 'a', '2');
  await watched.until(2);
  await remove('changes', 'a');
  await watched.until(3);
  await finish(watched, ['add a', 'add a', 'delete a']);
});

test('objects that were there before, and again after each resync interval', async (t) => {
  if (!needsKubernetes(t)) return;
  const watched = await watch('resync', { resyncInterval: 500 });
  await put('resync', 'a');
  await watched.until(3);
  const { unprocessed } = await watched.controller.stop();
  assert.deepEqual(unprocessed, []);
  assert.deepEqual([...new Set(watched.handled)], ['add a']);
  assert.equal(watched.roots(), watched.handled.length);
});

test('a watch that is cut is resumed: nothing is missed, nothing is processed twice', async (t) => {
  if (!needsKubernetes(t)) return;
  const watched = await watch('cut');
  await put('cut', 'a');
  await watched.until(1);
  proxy.down();
  await put('cut', 'b');
  await remove('cut', 'a');
  proxy.up();
  await watched.until(3);
  proxy.cut();
  await put('cut', 'c');
  await watched.until(4);
  assert.equal(watched.lists(), 1);
  await finish(watched, ['add a', 'add b', 'delete a', 'add c']);
});

test('410 Gone: what changed meanwhile is processed once, what did not change is left', async (t) => {
  if (!needsKubernetes(t)) return;
  const watched = await watch('gone');
  for (const name of ['same', 'changed', 'deleted']) await put('gone', name);
  await watched.until(3);
  proxy.down();
  await change('gone', 'changed', '2');
  await remove('gone', 'deleted');
  await put('gone', 'new');
  await kubernetes.compact();
  proxy.up();
  await watched.until(6);
  await watched.controller.stop();
  assert.deepEqual(watched.handled.slice(3).sort(), ['add changed', 'add new', 'delete deleted']);
  assert.equal(watched.roots(), 6);
  assert.equal(watched.lists(), 2);
});

test('an API server that restarts', async (t) => {
  if (!needsKubernetes(t)) return;
  const watched = await watch('restart');
  await put('restart', 'a');
  await watched.until(1);
  await kubernetes.stopServer();
  await kubernetes.startServer();
  await put('restart', 'b');
  await watched.until(2);
  await remove('restart', 'a');
  await watched.until(3);
  assert.ok(watched.failures.length > 0);
  await finish(watched, ['add a', 'add b', 'delete a']);
});

test('a handler that deletes its object and fails: the retries end in a deletion', async (t) => {
  if (!needsKubernetes(t)) return;
  const handled: string[] = [];
  const watched = await watch('own-deletion', {
    maxRetries: 20,
    handler: {
      async add(object) {
        // Answers 404 until the watch has told of the first one.
        if (object.metadata!.name === 'a') await remove('own-deletion', 'a').catch(() => {});
        handled.push(`add ${object.metadata!.name}`);
        if (object.metadata!.name === 'a') throw new Error('gone');
      },
      delete: (key) => handled.push(`delete ${key.split('/')[1]}`),
    },
  });
  await put('own-deletion', 'a');
  await watched.until(2);
  await put('own-deletion', 'b');
  while (!handled.includes('add b')) await watched.until(watched.roots() + 1);
  const { unprocessed } = await watched.controller.stop();
  assert.deepEqual(unprocessed, []);
  assert.equal(watched.roots(), handled.length);
  const ofA = handled.filter((each) => each.endsWith(' a'));
  assert.deepEqual([ofA[0], ofA.at(-1)], ['add a', 'delete a']);
  assert.equal(ofA.filter((each) => each === 'add a').length, watched.failures.length);
});

test('1,000 objects with 8 workers: each one processed, one trace a processing, retries counted', async (t) => {
  if (!needsKubernetes(t)) return;
  const tries = new Map<string, number[]>();
  let running = 0;
  let most = 0;
  const watched = await watch('many', {
    concurrentWorkers: 8,
    handler: {
      async add(object, { key, retries }) {
        tries.set(key, [...(tries.get(key) ?? []), retries]);
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        // Every hundredth fails twice.
        if (object.metadata!.name!.endsWith('77') && retries < 2) throw new Error('randomly failed');
      },
    },
  });
  const names = Array.from({ length: 1000 }, (_, number) => `object-${number}`);
  for (let at = 0; at < names.length; at += 50) {
    await Promise.all(names.slice(at, at + 50).map((name) => put('many', name)));
  }
  await watched.until(1020);
  const { unprocessed } = await watched.controller.stop();
  assert.deepEqual(unprocessed, []);
  assert.equal(watched.roots(), 1020);
  assert.equal(tries.size, 1000);
  for (const [key, retries] of tries) assert.deepEqual(retries, key.endsWith('77') ? [0, 1, 2] : [0], key);
  assert.equal(most, 8);
  assert.equal(watched.failures.length, 20);
});

test('an informer of client-node, given as it is', async (t) => {
  if (!needsKubernetes(t)) return;
  const namespace = 'given';
  await api.createNamespace({ body: { metadata: { name: namespace } } });
  const { makeInformer } = await import('@kubernetes/client-node');
  const informer = makeInformer(
    await kubernetes.kubeConfig(),
    `/api/v1/namespaces/${namespace}/configmaps`,
    () => api.listNamespacedConfigMap({ namespace }),
  );
  await put(namespace, 'a');
  const handled = new EventEmitter();
  const controller = createController({
    name: namespace,
    informer,
    handler: { add: (object) => void handled.emit('add', object.metadata?.name) },
  });
  const first = once(handled, 'add');
  await controller.start();
  assert.deepEqual(await first, ['a']);
  await controller.stop();
});
