/**
 * Guards the kustomizations of deploy/: a real API server takes what they render to, under strict validation; real Jaeger
 * takes the configuration of each of their pods; and spans sent to the agent of a node arrive behind a collector.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type {
  KubernetesObject,
  V1ConfigMap,
  V1Container,
  V1Deployment,
  V1PodSpec,
  V1Service,
} from '@kubernetes/client-node';
import { discoverServices } from '../../src/config/kubernetes';
import { applyManifests } from '../support/apply-manifests';
import { repository } from '../support/cache';
import { kustomize, needsDeployTools } from '../support/deploy-tools';
import { jaegerBinary } from '../support/jaeger-binary';
import { type Kubernetes, startKubernetes } from '../support/kubernetes';
import { needsKubernetes } from '../support/kubernetes-binaries';
import { needs } from '../support/services';
import { plainEnv, runApp } from '../support/trace-app';

const overlays = readdirSync(join(repository, 'deploy/scale/overlays')).sort();
const scale = (overlay: string) => kustomize(`deploy/scale/overlays/${overlay}`);

const folder = mkdtempSync(join(tmpdir(), 'scale-'));
let kubernetes: Kubernetes | undefined;
before(async () => {
  if (needsKubernetes({ skip: () => {} })) kubernetes = await startKubernetes();
});
after(async () => {
  rmSync(folder, { recursive: true });
  await kubernetes?.stop();
});

/** Application of a user's, as the component `inject` finds it. */
const APPLICATION = `apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec:
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec:
      volumes: [{ name: data, emptyDir: {} }]
      containers:
        - name: shop
          image: shop:latest
          env: [{ name: STOCK_URL, value: http://stock }, { name: OTEL_SERVICE_NAME, value: shop-eu }]
          volumeMounts: [{ name: data, mountPath: /data }]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: stock }
spec:
  serviceName: stock
  selector: { matchLabels: { app: stock } }
  template:
    metadata: { labels: { app: stock } }
    spec:
      containers:
        - { name: stock, image: "stock:latest" }
        - { name: proxy, image: "proxy:latest" }
`;

function injected(): KubernetesObject[] {
  const own = join(folder, 'deploy/own');
  if (readdirSync(folder).length === 0) {
    mkdirSync(own, { recursive: true });
    execFileSync('cp', ['-r', join(repository, 'deploy/kubernetes'), join(folder, 'deploy/kubernetes')]);
    writeFileSync(join(own, 'application.yaml'), APPLICATION);
    writeFileSync(
      join(own, 'kustomization.yaml'),
      'resources: [application.yaml]\ncomponents: [../kubernetes/components/inject]\n',
    );
  }
  return kustomize(own);
}

test('the API server takes every kustomization', { timeout: 300_000 }, async (t) => {
  if (!needsDeployTools(t) || !needsKubernetes(t)) return;
  const all: Record<string, KubernetesObject[]> = {
    'all-in-one': kustomize('deploy/kubernetes'),
    inject: injected(),
    ...Object.fromEntries(overlays.map((overlay) => [overlay, scale(overlay)])),
  };
  for (const [namespace, objects] of Object.entries(all)) {
    const applied = await applyManifests(kubernetes!, namespace, objects);
    assert.equal(applied.length, objects.length);
  }
});

test('the parts of each overlay fit each other', (t) => {
  if (!needsDeployTools(t)) return;
  for (const overlay of overlays) {
    const objects = scale(overlay);
    const named = (kind: string, name: string) =>
      objects.find((each) => each.kind === kind && each.metadata?.name === name);
    for (const each of objects) {
      const about = `${overlay}: ${each.kind} ${each.metadata?.name}`;
      if (each.kind === 'HorizontalPodAutoscaler') {
        const { spec } = each as unknown as { spec: { scaleTargetRef: { kind: string; name: string } } };
        const target = named(spec.scaleTargetRef.kind, spec.scaleTargetRef.name) as V1Deployment;
        assert.ok(target, about);
        // An autoscaler and a count of replicas would fight at every apply.
        assert.equal(target.spec!.replicas, undefined, about);
        for (const { resources } of target.spec!.template.spec!.containers)
          assert.ok(resources?.requests?.cpu && resources.requests.memory, about);
      }
      if (each.kind === 'Service') {
        const { spec } = each as V1Service;
        const pods = objects.filter((other) => selects(spec!.selector!, other));
        assert.equal(pods.length, 1, about);
        const ports = podSpec(pods[0]!)!.containers.flatMap((container) => container.ports ?? []);
        for (const port of spec!.ports!)
          assert.ok(
            ports.some(({ name }) => name === port.targetPort),
            `${about}: ${port.name}`,
          );
      }
    }
    const collector = named('Service', 'jaeger-collector') as V1Service;
    const env = Object.fromEntries(
      collector.spec!.ports!.map(({ name, port }) => [
        `JAEGER_COLLECTOR_SERVICE_PORT_${name!.toUpperCase().replaceAll('-', '_')}`,
        String(port),
      ]),
    );
    const found = discoverServices({ ...env, JAEGER_COLLECTOR_SERVICE_HOST: '10.0.0.7' });
    assert.equal(found.endpoint?.value, 'http://10.0.0.7:14268/api/traces', overlay);
  }
});

test('real Jaeger takes the configuration of each pod', { timeout: 300_000 }, async (t) => {
  if (!needsDeployTools(t) || !(await needs(t, 'jaeger'))) return;
  let checked = 0;
  for (const overlay of overlays) {
    const objects = scale(overlay);
    for (const pod of objects) {
      const container = podSpec(pod)?.containers.find(({ image }) =>
        image?.startsWith('jaegertracing/jaeger:'),
      );
      if (container === undefined) continue;
      const at = mkdtempSync(join(tmpdir(), 'config-'));
      try {
        const args = containerArgs(pod, container, objects, at);
        execFileSync(jaegerBinary, ['validate', ...args], { env: plainEnv(), stdio: 'pipe' });
      } finally {
        rmSync(at, { recursive: true });
      }
      checked++;
    }
  }
  assert.ok(checked >= 2 * overlays.length);
});

test('from a process over UDP, the agent of its node and a collector into the storage', {
  timeout: 120_000,
}, async (t) => {
  if (!needsDeployTools(t) || !(await needs(t, 'jaeger'))) return;
  const objects = scale('kafka-opensearch');
  const straight = scale('opensearch');
  const ports = await freePorts(['4317', '4318', '14268', '5778', '5779', '13133', '8888', '16686', '16685']);
  const agentPorts = await freePorts(['6831', '6832', '13133', '8888']);
  const inMemory = {
    'storage.yaml':
      'extensions:\n  jaeger_storage:\n    backends:\n      spans:\n        memory:\n          max_traces: 1000\n',
    // Memory isn't shared by processes: the same one answers queries.
    'query.yaml':
      'service:\n  extensions: [healthcheckv2, remote_sampling, jaeger_storage, jaeger_query]\nextensions:\n  jaeger_query:\n    storage: { traces: spans }\n    http: { endpoint: "0.0.0.0:16686" }\n    grpc: { endpoint: "0.0.0.0:16685" }\n',
  };
  const collector = start(straight, 'jaeger-collector', ports, inMemory);
  const agent = start(objects, 'jaeger-agent', agentPorts, {}, [
    ['dns:///jaeger-collector-headless:4317', `dns:///127.0.0.1:${ports['4317']}`],
  ]);
  t.after(() => Promise.all([collector.stop(), agent.stop()]));
  await Promise.all([collector.healthy(), agent.healthy()]);
  const app = join(collector.folder, 'app.cjs');
  writeFileSync(
    app,
    `const http = require('node:http');
     const server = http.createServer((request, response) => response.end()).listen(0, '127.0.0.1', () =>
       http.get({ port: server.address().port, path: '/orders' }, (response) => {
         response.resume();
         server.close();
       }));`,
  );
  const { code } = await runApp(app, {
    env: {
      OTEL_SERVICE_NAME: 'shop',
      TRACING_AGENT_AGENT_HOST: '127.0.0.1',
      TRACING_AGENT_AGENT_PORT: agentPorts['6831']!,
    },
  });
  assert.equal(code, 0);
  const query = `http://127.0.0.1:${ports['16686']}/api/traces?service=shop`;
  let spans: { operationName: string }[] = [];
  for (const end = Date.now() + 30_000; spans.length < 2 && Date.now() < end; await delay(100)) {
    const { data } = (await (await fetch(query)).json()) as { data: { spans: typeof spans }[] | null };
    spans = (data ?? []).flatMap((trace) => trace.spans);
  }
  assert.equal(spans.length, 2);
  // The collector answers samplers from strategies.json.
  const answer = await fetch(`http://127.0.0.1:${ports['5778']}/sampling?service=stock`);
  assert.deepEqual(((await answer.json()) as { rateLimitingSampling: object }).rateLimitingSampling, {
    maxTracesPerSecond: 5,
  });
});

test('the component `inject` adds the agent, and takes nothing away', (t) => {
  if (!needsDeployTools(t)) return;
  const [shop, stock, ...more] = injected() as V1Deployment[];
  assert.equal(more.length, 0, 'its template is not applied');
  const [byHand] = [readYaml('deploy/kubernetes/inject-init-container.yaml')];
  for (const [object, ownEnv, ownVolumes] of [
    [shop!, ['STOCK_URL', 'OTEL_SERVICE_NAME'], ['data']],
    [stock!, [], []],
  ] as const) {
    const spec = object.spec!.template.spec!;
    const wanted = byHand!.spec!.template.spec!;
    assert.deepEqual(spec.initContainers, wanted.initContainers);
    assert.deepEqual(
      spec.volumes!.map(({ name }) => name),
      [...ownVolumes, 'tracing-agent'],
    );
    assert.deepEqual(spec.volumes!.at(-1), wanted.volumes![0]);
    const [container, ...others] = spec.containers;
    assert.deepEqual(container!.volumeMounts!.at(-1), wanted.containers[0]!.volumeMounts![0]);
    const names = container!.env!.map(({ name }) => name);
    const added = [
      'NODE_OPTIONS',
      'POD_NAME',
      'POD_UID',
      'POD_NAMESPACE',
      'NODE_NAME',
      'OTEL_RESOURCE_ATTRIBUTES',
    ];
    assert.deepEqual(names, [...ownEnv, ...added]);
    assert.equal(names.at(-1), 'OTEL_RESOURCE_ATTRIBUTES', 'behind what it names');
    for (const other of others) assert.equal(other.env, undefined);
  }
  assert.equal(shop!.spec!.template.spec!.containers[0]!.env![1]!.value, 'shop-eu');
});

function readYaml(file: string): V1Deployment {
  const at = mkdtempSync(join(tmpdir(), 'one-'));
  try {
    execFileSync('cp', [join(repository, file), join(at, 'one.yaml')]);
    writeFileSync(join(at, 'kustomization.yaml'), 'resources: [one.yaml]\n');
    return kustomize(at)[0] as V1Deployment;
  } finally {
    rmSync(at, { recursive: true });
  }
}

function podSpec(object: KubernetesObject): V1PodSpec | undefined {
  return (object as V1Deployment).spec?.template?.spec ?? undefined;
}

function selects(selector: Record<string, string>, object: KubernetesObject): boolean {
  const labels = (object as V1Deployment).spec?.template?.metadata?.labels;
  return (
    ['Deployment', 'DaemonSet'].includes(object.kind ?? '') &&
    Object.entries(selector).every(([key, value]) => labels?.[key] === value)
  );
}

/** Writes what the pod mounts at /etc/jaeger into a folder, and gives the container's arguments with their paths there. */
function containerArgs(
  pod: KubernetesObject,
  container: V1Container,
  objects: KubernetesObject[],
  at: string,
): string[] {
  const volume = podSpec(pod)!.volumes!.find(({ name }) => name === container.volumeMounts![0]!.name)!;
  const maps = volume.configMap
    ? [volume.configMap.name]
    : volume.projected!.sources!.map(({ configMap }) => configMap!.name);
  for (const name of maps) {
    const map = objects.find((each) => each.kind === 'ConfigMap' && each.metadata?.name === name);
    assert.ok(map, `${pod.metadata?.name} mounts ${name}`);
    for (const [file, text] of Object.entries((map as V1ConfigMap).data!))
      writeFileSync(join(at, file), text.replaceAll('/etc/jaeger', at));
  }
  return container.args!.map((each) => each.replaceAll('/etc/jaeger', at));
}

/** Runs Jaeger with a pod's arguments, each of its ports another one. `files` replace what is mounted, or come last. */
function start(
  objects: KubernetesObject[],
  name: string,
  ports: Record<string, string>,
  files: Record<string, string>,
  replaced: [string, string][] = [],
) {
  const pod = objects.find((each) => podSpec(each) !== undefined && each.metadata?.name === name)!;
  const at = mkdtempSync(join(tmpdir(), `${name}-`));
  const args = containerArgs(pod, podSpec(pod)!.containers[0]!, objects, at);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(at, file), text);
  for (const file of Object.keys(files))
    if (!args.some((each) => each.endsWith(`/${file}`))) args.push(`--config=${join(at, file)}`);
  for (const file of readdirSync(at)) {
    let text = execFileSync('cat', [join(at, file)], { encoding: 'utf8' });
    for (const [from, to] of Object.entries(ports))
      text = text
        .replaceAll(`0.0.0.0:${from}`, `127.0.0.1:${to}`)
        .replaceAll(`port: ${from}`, `port: ${to}`)
        .replaceAll('host: 0.0.0.0', 'host: 127.0.0.1');
    for (const [from, to] of replaced) text = text.replaceAll(from, to);
    writeFileSync(join(at, file), text);
  }
  const child: ChildProcess = spawn(jaegerBinary, args, {
    env: { ...plainEnv(), OTEL_TRACES_SAMPLER: 'always_off' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  let log = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-4000);
  });
  const exited = once(child, 'exit');
  return {
    folder: at,
    async healthy() {
      for (const end = Date.now() + 30_000; ; await delay(50)) {
        if (child.exitCode !== null || Date.now() > end) throw new Error(`${name} did not start: ${log}`);
        const answer = await fetch(`http://127.0.0.1:${ports['13133']}/status`).catch(() => undefined);
        if (answer?.ok) return;
      }
    },
    async stop() {
      kill();
      await exited;
      process.off('exit', kill);
      rmSync(at, { recursive: true });
    },
  };
}

async function freePorts(names: string[]): Promise<Record<string, string>> {
  const servers = names.map(() => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => server.listening || once(server, 'listening')));
  const ports = servers.map((server) => String((server.address() as AddressInfo).port));
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return Object.fromEntries(names.map((name, at) => [name, ports[at]!]));
}
