/**
 * The example as its start.js runs it: a pod controller on a real API server with its three services as processes of their
 * own. In real Jaeger are the traces of Kooper's documentation, point by point: https://github.com/spotahome/kooper/blob/v0.5.1/docs/tracing.md
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { repository } from '../support/cache';
import { type Jaeger, type StoredSpan, startJaeger } from '../support/jaeger';
import { type Kubernetes, startKubernetes } from '../support/kubernetes';
import { needsKubernetes } from '../support/kubernetes-binaries';
import { needs } from '../support/services';
import { plainEnv } from '../support/trace-app';

const CONTROLLER = 'traced-pod-controller';
const folder = join(repository, 'examples/traced-controller');
const PODS = Array.from({ length: 12 }, (_, number) => `pod-${number}`);

let kubernetes: Kubernetes | undefined;
let jaeger: Jaeger | undefined;
let traces: StoredSpan[][] = [];
let output = '';
let errors = '';
const context = { skip: () => {} };

before(async () => {
  if (!needsKubernetes(context) || !(await needs(context, 'jaeger'))) return;
  kubernetes = await startKubernetes();
  jaeger = await startJaeger();
  const { CoreV1Api } = await import('@kubernetes/client-node');
  const api = (await kubernetes.kubeConfig()).makeApiClient(CoreV1Api);
  const spec = { containers: [{ name: 'app', image: 'app' }] };
  for (const name of PODS)
    await api.createNamespacedPod({ namespace: 'default', body: { metadata: { name }, spec } });
  // In a process group of its own, as in a terminal's foreground.
  const example = spawn(process.execPath, [join(folder, 'start.js')], {
    env: {
      ...plainEnv(),
      OTEL_EXPORTER_JAEGER_ENDPOINT: jaeger.collectorUrl,
      TRACING_AGENT_BAGGAGE_TAGS: 'kubernetes.object.key',
      SEED: '3',
      SPEED: '50',
      KUBECONFIG: kubernetes.configFile,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const kill = () => example.kill('SIGTERM');
  process.once('exit', kill);
  example.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  // Its pipe ends when the last of its processes has ended.
  const closed = once(example, 'close');
  const said = async (count: number, text: string) => {
    while (output.split(text).length <= count) {
      const [chunk] = await Promise.race([once(example.stdout, 'data'), closed]);
      if (typeof chunk !== 'object') throw new Error(`start.js ended with ${chunk}: ${output}${errors}`);
      output += String(chunk);
    }
  };
  await said(PODS.length, 'pod added:');
  await api.deleteNamespacedPod({ namespace: 'default', name: PODS[0]!, gracePeriodSeconds: 0 });
  await said(1, 'pod deleted:');
  // Ctrl+C, which a terminal gives to the whole group: the controller processes what waits, its services with it.
  process.kill(-example.pid!, 'SIGINT');
  const [code] = await closed;
  process.off('exit', kill);
  assert.equal(code, 0, errors);
  const roots = await jaeger.findTracesOf(CONTROLLER, 1);
  const count = roots.flat().length;
  traces = await jaeger.findTracesOf(CONTROLLER, count);
});
after(async () => {
  await jaeger?.stop();
  await kubernetes?.stop();
});

const fieldsOf = (span: StoredSpan) => span.logs.map(({ fields }) => fields);
const rootsOf = () => traces.map((trace) => trace.find((span) => span.name === 'processJob')!);

test("root spans have Kooper's tags", async (t) => {
  if (!needsKubernetes(t) || !(await needs(t, 'jaeger'))) return;
  const roots = rootsOf();
  assert.ok(roots.length >= PODS.length + 1);
  for (const root of roots) {
    const { tags } = root;
    const key = String(tags['kubernetes.object.key']);
    assert.equal(root.service, CONTROLLER);
    assert.match(root.parentSpanId || '0', /^0*$/);
    const expected: Record<string, unknown> = {
      'kubernetes.object.namespace': 'default',
      'kubernetes.object.name': key.slice('default/'.length),
      component: 'kooper',
      'kooper.controller': CONTROLLER,
      'controller.cfg.name': CONTROLLER,
      'controller.cfg.resync_interval': '2m0s',
      'controller.cfg.max_retries': 5,
      'controller.cfg.concurrent_workers': 30,
      'span.kind': 'consumer',
    };
    for (const [name, value] of Object.entries(expected)) assert.equal(tags[name], value, name);
    const times = Number(tags['kubernetes.object.total_processed_times']);
    assert.equal(tags['kubernetes.object.processing_retry'], times > 1);
    const failed = fieldsOf(root).some(({ success }) => success === false);
    assert.equal(tags.error, failed ? true : undefined);
  }
});

test("root spans have Kooper's logs in their order, and retries are counted", async (t) => {
  if (!needsKubernetes(t) || !(await needs(t, 'jaeger'))) return;
  let retried = 0;
  for (const root of rootsOf()) {
    const key = root.tags['kubernetes.object.key'];
    const times = Number(root.tags['kubernetes.object.total_processed_times']);
    const [baggage, process, ...rest] = fieldsOf(root);
    assert.deepEqual(baggage, { event: 'baggage', key: 'kubernetes.object.key', value: key });
    assert.deepEqual(process, { event: 'process_object', 'kubernetes.object.key': key });
    const error = { event: 'error', message: 'randomly failed' };
    if (!root.tags.error) {
      const message = 'object processed correctly';
      assert.deepEqual(rest, [{ event: 'forget', message, 'kubernetes.object.key': key }, { success: true }]);
    } else if (times <= 5) {
      retried++;
      assert.deepEqual(rest, [
        error,
        {
          event: 'reenqueued',
          'kubernetes.object.retries_remaining': 5 - times,
          'kubernetes.object.retries_consumed': times,
          'kubernetes.object.key': key,
        },
        { success: false },
      ]);
    } else {
      const message = 'max number of retries reached after failing, forgetting object key';
      assert.deepEqual(rest, [
        error,
        { event: 'forget', message, 'kubernetes.object.key': key },
        { success: false },
      ]);
    }
  }
  assert.ok(retried > 0, 'the seed makes some calls fail');
  assert.equal(rootsOf().length, PODS.length + 1 + retried);
});

test('below the root are the handling span, the own spans, and those of the services', async (t) => {
  if (!needsKubernetes(t) || !(await needs(t, 'jaeger'))) return;
  let whole = 0;
  for (const trace of traces) {
    const byId = new Map(trace.map((span) => [span.spanId, span]));
    const root = trace.find((span) => span.name === 'processJob')!;
    const path = (span: StoredSpan): string[] => {
      const parent = byId.get(span.parentSpanId);
      return [...(parent ? path(parent) : []), `${span.service} ${span.name}`];
    };
    const deleted = trace.some((span) => span.name === 'handleDeleteObject');
    const [kind, own] = deleted ? ['handleDeleteObject', 'DeleteFunc'] : ['handleAddObject', 'AddFunc'];
    const handling = trace.filter((span) => span.name === kind);
    assert.equal(handling.length, 1);
    assert.equal(handling[0]!.parentSpanId, root.spanId);
    assert.equal(handling[0]!.tags['span.kind'], 'consumer');
    assert.equal(handling[0]!.tags.error, root.tags.error);
    assert.equal(fieldsOf(handling[0]!)[0]!.event, deleted ? 'delete' : 'add');
    for (const span of trace.filter((each) => ['redis', 'github', 'aws'].includes(each.service))) {
      const above = path(span);
      // The baggage has reached the service.
      assert.equal(span.tags['kubernetes.object.key'], root.tags['kubernetes.object.key']);
      assert.deepEqual(above.slice(0, 3), [
        `${CONTROLLER} processJob`,
        `${CONTROLLER} ${kind}`,
        `${CONTROLLER} ${own}`,
      ]);
    }
    if (root.tags.error) continue;
    whole++;
    const operations = trace
      .filter((span) => !['client', 'server', 'consumer'].includes(String(span.tags['span.kind'])))
      .map((span) => (span.service === CONTROLLER ? span.name : `${span.service} ${span.name}`));
    assert.deepEqual(
      operations.sort(),
      deleted
        ? ['DeleteFunc', 'aws deleteCloudformationStack', 'redis storeResult']
        : [
            'AddFunc',
            'aws ensureAWSResources',
            'aws getALBs',
            'aws getEc2List',
            'aws linkSGInALB',
            'github getOrg',
            'redis getEc2List',
            'redis getOrg',
            'redis storeResult',
          ],
    );
  }
  assert.ok(whole > 0);
});

test("every trace is a processing: the controller's own list and watch make none", async (t) => {
  if (!needsKubernetes(t) || !(await needs(t, 'jaeger'))) return;
  for (const trace of traces) {
    const above = trace.filter((span) => /^0*$/.test(span.parentSpanId || '0'));
    assert.deepEqual(
      above.map((span) => span.name),
      ['processJob'],
    );
  }
});

test('nothing but failures that were to be is said on stderr, and none for want of a service', async (t) => {
  if (!needsKubernetes(t) || !(await needs(t, 'jaeger'))) return;
  const lines = errors.split('\n').filter((line) => line !== '');
  assert.ok(lines.length > 0);
  for (const line of lines) assert.match(line, /^default\/pod-\d+: randomly failed, (?:tried again|left)$/);
});
