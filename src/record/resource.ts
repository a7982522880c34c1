/**
 * Describes the process that the spans come from; in Jaeger these are the process tags.
 * Fourth station of a span's way: made once at start.
 */
import type { Attributes } from '@opentelemetry/api';
import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { VERSION } from '../version';
import { containerId } from './container-id';

/**
 * Attributes given by settings win over what is found out. Arguments of the process are left out: they may be secret.
 * @param threadId of a worker thread, whose process the main thread and other workers share
 */
export function createResource(
  serviceName: string,
  attributes: Attributes,
  threadId?: number | undefined,
): Resource {
  const { 'service.name': _, ...sdk } = defaultResource().attributes;
  const container = containerId();
  return resourceFromAttributes({
    ...sdk,
    ...(container !== undefined && { 'container.id': container }),
    'telemetry.distro.name': 'tracing-agent',
    'telemetry.distro.version': VERSION,
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    'service.instance.id': randomUuid(),
    ...(threadId === undefined ? {} : { 'thread.id': threadId }),
    ...attributes,
    'service.name': serviceName,
  });
}

/** Of version 4, and no secret, so `crypto` needn't load for it. */
function randomUuid(): string {
  return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () => ((Math.random() * 16) | 0).toString(16));
}
