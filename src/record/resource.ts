/**
 * Describes the process that the spans come from; in Jaeger these are the process tags.
 * Fourth station of a span's way: made once at start.
 */
import type { Attributes } from '@opentelemetry/api';
import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { VERSION } from '../version';

/** Attributes given by settings win over what is found out. Arguments of the process are left out: they may be secret. */
export function createResource(serviceName: string, attributes: Attributes): Resource {
  const { 'service.name': _, ...sdk } = defaultResource().attributes;
  return resourceFromAttributes({
    ...sdk,
    'telemetry.distro.name': 'tracing-agent',
    'telemetry.distro.version': VERSION,
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    ...attributes,
    'service.name': serviceName,
  });
}
