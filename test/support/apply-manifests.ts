/**
 * Gives manifests to the API server of a test, as `kubectl apply --server-side --validate=strict` does.
 */
import assert from 'node:assert/strict';
import type { KubernetesObject } from '@kubernetes/client-node';
import type { Kubernetes } from './kubernetes';

/** Makes the namespace, applies all to it, and gives what the server made of each. An unknown or doubled field fails. */
export async function applyManifests(
  kubernetes: Kubernetes,
  namespace: string,
  objects: KubernetesObject[],
): Promise<KubernetesObject[]> {
  const space = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  const results: KubernetesObject[] = [];
  for (const object of [space, ...objects]) {
    const { status, text } = await apply(kubernetes, object, namespace);
    assert.ok(status < 300, `${object.kind} ${object.metadata?.name}: ${text}`);
    if (object !== space) results.push(JSON.parse(text) as KubernetesObject);
  }
  return results;
}

/** Groups of Kubernetes' own; a resource of any other was defined just now, and is served a moment later. */
const ITS_OWN = /^(v1|apps\/|batch\/|\w+\.k8s\.io\/)/;

async function apply(kubernetes: Kubernetes, object: KubernetesObject, namespace: string) {
  for (let attempt = 1; ; attempt++) {
    const answer = await kubernetes.patch(pathOf(object, namespace), JSON.stringify(object));
    if (answer.status !== 404 || ITS_OWN.test(object.apiVersion ?? '') || attempt === 100) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Kinds that live in no namespace. */
const CLUSTER_WIDE = ['Namespace', 'CustomResourceDefinition'];

/** All kinds used here have a plural with s. */
function pathOf({ apiVersion = '', kind = '', metadata }: KubernetesObject, namespace: string): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const within = CLUSTER_WIDE.includes(kind) ? '' : `/namespaces/${namespace}`;
  const query = 'fieldManager=test&fieldValidation=Strict';
  return `${root}${within}/${kind.toLowerCase()}s/${metadata?.name}?${query}`;
}
