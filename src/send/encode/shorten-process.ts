/**
 * Keeps a process small enough to leave a packet room for spans: the largest of the resource's attributes go.
 * Sixth station of a span's way; done once for each resource.
 */
import type { Attributes } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { Protocol } from '../../thrift/type';
import { encodeProcess } from './process-encoder';
import { toText } from './tag-encoder';

/** Longer service names are cut. */
const LONGEST_NAME = 100;
const SERVICE_NAME = 'service.name';

/**
 * @param encode Thrift bytes of a resource
 * @param bytes that the process may have, as far as dropping attributes can do it
 */
export function shortenProcess(
  resource: Resource,
  encode: (resource: Resource) => Uint8Array,
  protocol: Protocol,
  bytes: number,
): Uint8Array {
  const whole = encode(resource);
  if (whole.length <= bytes) return whole;
  const { [SERVICE_NAME]: name, ...others } = resource.attributes;
  const entries = Object.entries(others).sort(([, a], [, b]) => toText(a).length - toText(b).length);
  const service = name == null ? {} : { [SERVICE_NAME]: String(name).slice(0, LONGEST_NAME) };
  for (let left = entries.length; ; left--) {
    const attributes: Attributes = {
      ...service,
      ...Object.fromEntries(entries.slice(0, left)),
      'otel.dropped_attributes_count': entries.length - left,
    };
    const shorter = encode({ attributes } as Resource);
    if (shorter.length <= bytes) return shorter;
    // What `encode` adds of its own is too much as well.
    if (left === 0) return encodeProcess(protocol, service);
  }
}
