/**
 * A resource → the bytes of a Jaeger process: the service's name, and tags. Made once for each resource.
 * Sixth station of a span's way: what every packet says before its spans.
 */
import type { Attributes } from '@opentelemetry/api';
import { PROCESS } from '../../thrift/jaeger';
import * as Type from '../../thrift/type';
import { encoded, encodeTag } from './tag-encoder';

const SERVICE_NAME = 'service.name';
/** Jaeger refuses an empty name; this is what OpenTelemetry's default resource says. */
const UNKNOWN_SERVICE = 'unknown_service:node';

/**
 * @param attributes of the resource; `service.name` becomes the process's name and no tag
 * @param tags more of them, such as `hostname`, `ip`, `client-uuid` and `jaeger.version`; an attribute of the same
 *   name wins
 */
export function encodeProcess(
  protocol: Type.Protocol,
  attributes: Attributes,
  tags: Readonly<Attributes> = {},
): Uint8Array {
  const all: Attributes = { ...tags, ...attributes };
  const name = all[SERVICE_NAME];
  const keys = Object.keys(all).filter((key) => key !== SERVICE_NAME && all[key] != null);
  return encoded(protocol, (writer) => {
    writer.field(Type.STRING, PROCESS.serviceName, 0);
    writer.string(name == null || name === '' ? UNKNOWN_SERVICE : String(name));
    if (keys.length > 0) {
      writer.field(Type.LIST, PROCESS.tags, PROCESS.serviceName);
      writer.list(Type.STRUCT, keys.length);
      for (const key of keys) encodeTag(writer, key, all[key]);
    }
    writer.stop();
  });
}
