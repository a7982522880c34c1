/**
 * The example's pod controller on a real API server with its three services as processes of their own, and in real Jaeger
 * the traces of Kooper's documentation, point by point: https://github.com/spotahome/kooper/blob/v0.5.1/docs/tracing.md
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
import { type ServiceProcess, startService } from '../support/service-process';
import { needs } from '../support/services';
import { plainEnv } from '../support/trace-app';

const CONTROLLER = 'traced-pod-controller';
const folder = join(repository, 'examples/traced-controller');
const PODS = Array.from({ length: 12 }, (_, number) => `pod-${number}`);

let kubernetes: Kubernetes | undefined;
let jaeger: Jaeger | undefined;
let services: ServiceProcess[] = [];
let traces: StoredSpan[][] = [];
let output = '';
const context = { skip: () => {} };

before(async () => {
  if (!needsKubernetes(context) || !(await needs(context, 'jaeger'))) return;
  kubernetes = await startKubernetes();
  jaeger = await startJaeger();
  const env = {
    OTEL_EXPORTER_JAEGER_ENDPOINT: jaeger.collectorUrl,
    TRACING_AGENT_BAGGAGE_TAGS: 'kubernetes.object.key',
    SEED: '3',
    SPEED: '50',
  };
  services = await Promise.all(
    ['redis', 'github', 'aws'].map((name) =>
      startService(join(folder, 'service.js'), { args: [name], env: { ...env, OTEL_SERVICE_NAME: name } }),
    ),
  );
  const [redis, github, aws] = services.map(({ port }) => `http://127.0.0.1:${port}`);
  const { CoreV1Api } = await import('@kubernetes/client-node');
  const api = (await kubernetes.kubeConfig()).makeApiClient(CoreV1Api);
  const spec = { containers: [{ name: 'app', image: 'app' }] };
  for (const name of PODS)
    await api.createNamespacedPod({ namespace: 'default', body: { metadata: { name }, spec } });
  const controller = spawn(
    process.execPath,
    ['-r', join(repository, 'register.js'), join(folder, 'controller.js')],
    {
      env: {
        ...plainEnv(),
        ...env,
        KUBECONFIG: kubernetes.configFile,
        REDIS_URL: redis,
        GITHUB_URL: github,
        AWS_URL: aws,
        OTEL_SERVICE_NAME: CONTROLLER,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const kill = () => controller.kill('SIGKILL');
  process.once('exit', kill);
  const exited = once(controller, 'exit');
  const said = async (count: number, text: string) => {
    while (output.split(text).length <= count) {
      const [chunk] = await Promise.race([once(controller.stdout, 'data'), exited]);
      if (typeof chunk !== 'object') throw new Error(`the controller ended with ${chunk}: ${output}`);
      output += String(chunk);
    }
  };
  await said(PODS.length, 'pod added:');
  await api.deleteNamespacedPod({ namespace: 'default', name: PODS[0]!, gracePeriodSeconds: 0 });
  await said(1, 'pod deleted:');
  // Its stop processes what waits, and its end sends the last spans.
  controller.kill('SIGTERM');
  const [code] = await exited;
  process.off('exit', kill);
  assert.equal(code, 0);
  for (const service of services) await service.stop();
  const roots = await jaeger.findTracesOf(CONTROLLER, 1);
  const count = roots.flat().length;
  traces = await jaeger.findTracesOf(CONTROLLER, count);
});
after(async () => {
  for (const service of services) await service.stop();
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
