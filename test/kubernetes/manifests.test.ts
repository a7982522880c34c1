/**
 * Guards the manifests of deploy/kubernetes: a real API server takes them under strict validation, and what their pods say
 * does what it should: the copy of the agent, the preload, the resource attributes, and the way to Jaeger.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { V1Deployment, V1Pod, V1SecurityContext, V1Service } from '@kubernetes/client-node';
import { discoverServices } from '../../src/config/kubernetes';
import { applyManifests } from '../support/apply-manifests';
import { repository } from '../support/cache';
import { type Kubernetes, readManifests, startKubernetes } from '../support/kubernetes';
import { needsKubernetes } from '../support/kubernetes-binaries';
import { traceApp } from '../support/trace-app';

let kubernetes: Kubernetes;
const folder = mkdtempSync(join(tmpdir(), 'image-'));
const image = join(folder, 'autoinstrumentation');
before(async () => {
  execFileSync(process.execPath, [join(repository, 'scripts/image.mjs'), folder]);
  if (needsKubernetes({ skip: () => {} })) kubernetes = await startKubernetes();
});
after(async () => {
  rmSync(folder, { recursive: true });
  await kubernetes?.stop();
});

const manifest = (name: string) => readManifests(join(repository, 'deploy/kubernetes', name));

test('the image has at most 6 MB in 150 files, which every user can read', () => {
  const files = filesBelow(image);
  const bytes = files.filter((file) => !file.folder).reduce((sum, { size }) => sum + size, 0);
  assert.ok(bytes < 6e6, `${bytes} bytes`);
  assert.ok(files.length <= 150, `${files.length} files`);
  assertReadable(image);
  assert.ok(files.some(({ name }) => name === 'autoinstrumentation.js'));
});

test('the image is that content and `cp`, and no root runs it', () => {
  const file = readFileSync(join(repository, 'deploy/image/Dockerfile'), 'utf8');
  const [base, ...lines] = file
    .slice(file.lastIndexOf('\nFROM ') + 1)
    .trim()
    .split('\n');
  assert.match(base!, /^FROM busybox:/);
  const commands = lines.filter((line) => !line.startsWith('#'));
  assert.deepEqual(commands, [
    'COPY --from=build /image/autoinstrumentation /autoinstrumentation',
    'USER 65532:65532',
  ]);
  assert.match(file, /^RUN .*node scripts\/image\.mjs \/image$/m);
});

test('Jaeger all in one: its services are those that the agent finds', async (t) => {
  if (!needsKubernetes(t)) return;
  const applied = await applyManifests(kubernetes, 'jaeger', await manifest('jaeger-all-in-one.yaml'));
  const services = applied.filter((each): each is V1Service => each.kind === 'Service');
  assert.deepEqual(
    services.map(({ metadata }) => metadata!.name),
    ['jaeger-collector', 'jaeger-agent', 'jaeger-query'],
  );
  const env = serviceVariables(services);
  const found = discoverServices(env);
  assert.equal(found.endpoint?.value, `http://${env.JAEGER_COLLECTOR_SERVICE_HOST}:14268/api/traces`);
  assert.equal(found.agentHost?.value, env.JAEGER_AGENT_SERVICE_HOST);
  assert.equal(found.agentPort?.value, '6831');
  // Each service leads to a port that the container has.
  const { template } = applied.find((each): each is V1Deployment => each.kind === 'Deployment')!.spec!;
  const ports = new Set(template.spec!.containers[0]!.ports!.map(({ name }) => name));
  for (const { spec } of services) {
    assert.equal(template.metadata!.labels!.app, spec!.selector!.app);
    for (const { targetPort } of spec!.ports!) assert.ok(ports.has(String(targetPort)), String(targetPort));
  }
});

test('init container: its command copies the agent, and NODE_OPTIONS preloads it', async (t) => {
  if (!needsKubernetes(t)) return;
  const pod = await applyPod('init', 'inject-init-container.yaml');
  const [init] = pod.spec!.initContainers!;
  const [app] = pod.spec!.containers;
  const volume = join(folder, 'init-volume');
  // As Kubernetes makes an emptyDir: for every user.
  mkdirSync(volume);
  chmodSync(volume, 0o777);
  const inContainer = (text: string) =>
    text.replaceAll('/autoinstrumentation/.', `${image}/.`).replaceAll('/tracing-agent', volume);
  const [command, ...args] = init!.command!.map(inContainer);
  execFileSync(command!, args, asUser(init!.securityContext!));
  // The user of the application is another one.
  assertReadable(volume);
  // The volume holds what was copied.
  assert.equal(parseQuantity(pod.spec!.volumes![0]!.emptyDir!.sizeLimit!) > 6e6, true);
  await preloaded(pod, app!.env!, inContainer);
});

test('operator: the pod as its webhook leaves it runs the agent', async (t) => {
  if (!needsKubernetes(t)) return;
  await applyManifests(
    kubernetes,
    'operator',
    await readManifests(join(__dirname, 'instrumentation-crd.yaml')),
  );
  const applied = await applyManifests(kubernetes, 'operator', await manifest('inject-operator.yaml'));
  const resource = applied.find(({ kind }) => kind === 'Instrumentation') as unknown as {
    spec: { propagators: string[]; nodejs: { env: { name: string; value: string }[] } };
  };
  const volume = join(folder, 'operator-volume');
  execFileSync('cp', ['-r', `${image}/.`, volume]);
  const at = '/otel-auto-instrumentation-nodejs';
  const env = [
    ...resource.spec.nodejs.env,
    { name: 'NODE_OPTIONS', value: ` --require ${at}/autoinstrumentation.js` },
    { name: 'OTEL_SERVICE_NAME', value: 'shop' },
    { name: 'OTEL_PROPAGATORS', value: resource.spec.propagators.join(',') },
    { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: 'http://localhost:4317' },
    {
      name: 'OTEL_RESOURCE_ATTRIBUTES',
      value:
        'k8s.namespace.name=operator,k8s.pod.name=shop-1,k8s.pod.uid=7,k8s.node.name=node-1,k8s.container.name=shop',
    },
  ].filter(({ name }) => name !== 'OTEL_EXPORTER_JAEGER_ENDPOINT');
  const pod = { metadata: { name: 'shop-1', namespace: 'operator', uid: '7' }, spec: { nodeName: 'node-1' } };
  await preloaded(pod as V1Pod, env, (text) => text.replaceAll(at, volume));
});

test('sidecar: spans go to the loopback address, the attributes are the pod’s', async (t) => {
  if (!needsKubernetes(t)) return;
  const pod = await applyPod('sidecar', 'inject-sidecar.yaml');
  const port = pod.spec!.initContainers![0]!.ports![0]!;
  assert.deepEqual([port.containerPort, port.protocol], [6831, 'UDP']);
  // The sidecar sends them on to a port that the service of jaeger-all-in-one.yaml has.
  const [, host, to] = /host-port=([\w-]+):(\d+)$/.exec(pod.spec!.initContainers![0]!.args![0]!)!;
  const services = (await manifest('jaeger-all-in-one.yaml')) as V1Service[];
  const collector = services.find(({ kind, metadata }) => kind === 'Service' && metadata!.name === host);
  assert.ok(collector!.spec!.ports!.some((each) => String(each.port) === to));
  const register = join(repository, 'register.js');
  await preloaded(pod, pod.spec!.containers[0]!.env!, (text) =>
    text.replaceAll('tracing-agent/register', register),
  );
});

function filesBelow(top: string) {
  return readdirSync(top, { recursive: true, withFileTypes: true }).map((entry) => ({
    name: entry.name,
    ...statSync(join(entry.parentPath ?? entry.path, entry.name)),
    folder: entry.isDirectory(),
  }));
}

function assertReadable(top: string): void {
  for (const file of filesBelow(top)) assert.equal(file.mode & 0o777, file.folder ? 0o755 : 0o644, file.name);
}

/** The container's user, where this process may take it on. */
function asUser({ runAsUser, runAsNonRoot }: V1SecurityContext): { uid?: number; gid?: number } {
  assert.ok(runAsNonRoot && runAsUser! > 0);
  if (process.getuid?.() !== 0) return {};
  chmodSync(folder, 0o755);
  return { uid: runAsUser!, gid: runAsUser! };
}

/** Runs a small application with the pod's environment, and reads what it sends. */
async function preloaded(
  pod: V1Pod,
  given: { name: string; value?: string; valueFrom?: { fieldRef?: { fieldPath: string } } }[],
  inContainer: (text: string) => string,
): Promise<void> {
  const env: Record<string, string> = {};
  for (const { name, value, valueFrom } of given) {
    const path = valueFrom?.fieldRef?.fieldPath.split('.');
    const text = path
      ? String(path.reduce((at: any, key) => at[key], pod))
      : value!.replace(/\$\((\w+)\)/g, (whole, variable: string) => env[variable] ?? whole);
    env[name] = inContainer(text);
  }
  const app = join(folder, 'app.js');
  writeFileSync(
    app,
    `const http = require('node:http');
    const server = http.createServer((request, response) => response.end()).listen(0, '127.0.0.1', () =>
      http.get({ port: server.address().port, agent: false }, (response) => {
        response.resume();
        server.close();
      }));`,
  );
  const { spans, stderr, code } = await traceApp(app, { preload: 'none', env });
  assert.equal(stderr, '');
  assert.equal(code, 0);
  assert.equal(spans.length, 2);
  for (const { service, processTags } of spans) {
    assert.equal(service, 'shop');
    assert.equal(processTags['k8s.pod.name'], pod.metadata!.name);
    assert.equal(processTags['k8s.namespace.name'], pod.metadata!.namespace);
    assert.equal(processTags['k8s.pod.uid'], pod.metadata!.uid);
    assert.equal(processTags['k8s.node.name'], 'node-1');
    assert.equal(processTags['k8s.container.name'], 'shop');
  }
}

/** Applies a deployment, and makes the pod that its controller would: none runs here. */
async function applyPod(namespace: string, file: string): Promise<V1Pod> {
  const applied = await applyManifests(kubernetes, namespace, await manifest(file));
  const { metadata, spec } = applied.find((each): each is V1Deployment => each.kind === 'Deployment')!.spec!
    .template;
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: 'shop-1' }, spec };
  const [made] = await applyManifests(kubernetes, namespace, [
    { ...pod, spec: { ...spec, nodeName: 'node-1' } } as never,
  ]);
  return made as V1Pod;
}

/** What Kubernetes would put into the environment of a pod of their namespace. */
function serviceVariables(services: V1Service[]): Record<string, string> {
  const env: Record<string, string> = {};
  for (const { metadata, spec } of services) {
    const name = metadata!.name!.toUpperCase().replaceAll('-', '_');
    env[`${name}_SERVICE_HOST`] = spec!.clusterIP!;
    env[`${name}_SERVICE_PORT`] = String(spec!.ports![0]!.port);
    for (const port of spec!.ports!)
      env[`${name}_SERVICE_PORT_${port.name!.toUpperCase().replaceAll('-', '_')}`] = String(port.port);
  }
  return env;
}

function parseQuantity(text: string): number {
  return Number.parseInt(text, 10) * (text.endsWith('Mi') ? 2 ** 20 : 1);
}
