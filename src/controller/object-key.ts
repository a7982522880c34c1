/** The key of a Kubernetes object, `namespace/name`, made and read as client-go does. Beside a span's way. */
import type { KubernetesObjectLike } from './controller-options';

/** Undefined for what has no name. */
export function keyOf(object: KubernetesObjectLike): string | undefined {
  const { name, namespace } = object?.metadata ?? {};
  if (typeof name !== 'string' || name === '') return undefined;
  return namespace ? `${namespace}/${name}` : name;
}

/** Undefined for a key of other form; the namespace is empty for an object without one. */
export function splitKey(key: string): { namespace: string; name: string } | undefined {
  const parts = key.split('/');
  if (parts.length === 1) return { namespace: '', name: key };
  return parts.length === 2 ? { namespace: parts[0]!, name: parts[1]! } : undefined;
}
