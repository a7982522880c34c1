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
    const { status, text } = await kubernetes.patch(pathOf(object, namespace), JSON.stringify(object));
    assert.ok(status < 300, `${object.kind} ${object.metadata?.name}: ${text}`);
    if (object !== space) results.push(JSON.parse(text) as KubernetesObject);
  }
  return results;
}

/** Of the kinds used here, all but Namespace live in a namespace, and all have a plural with s. */
function pathOf({ apiVersion = '', kind = '', metadata }: KubernetesObject, namespace: string): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const within = kind === 'Namespace' ? '' : `/namespaces/${namespace}`;
  const query = 'fieldManager=test&fieldValidation=Strict';
  return `${root}${within}/${kind.toLowerCase()}s/${metadata?.name}?${query}`;
}
