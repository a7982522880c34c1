/**
 * Puts resource attributes and tags of all sources together, the higher rank winning for each key.
 * Beside a span's way: one step of resolution.
 */
import type { Tags, TagValue } from './config';
import { outranks, type Source } from './source';

/** What one source gave, highest source first. */
export interface Given {
  readonly source: Source;
  readonly pairs: Tags;
}

interface ProcessAttributes {
  readonly resourceAttributes: Tags;
  readonly tags: Tags;
  /** `service.name` among the attributes is the service's name, and only that. */
  readonly serviceName: { readonly value: string; readonly source: Source } | undefined;
}

const SERVICE_NAME = 'service.name';

const NONE: ProcessAttributes = { resourceAttributes: {}, tags: {}, serviceName: undefined };

interface Entry {
  readonly value: TagValue;
  readonly source: Source;
}

export function joinProcessAttributes(
  attributes: readonly Given[],
  tags: readonly Given[],
): ProcessAttributes {
  if (attributes.length === 0 && tags.length === 0) return NONE;
  const ofAttributes = byKey(attributes);
  const ofTags = byKey(tags);
  const name = ofAttributes.get(SERVICE_NAME);
  const serviceName =
    name !== undefined && String(name.value).trim() !== ''
      ? { value: String(name.value).trim(), source: name.source }
      : undefined;
  ofAttributes.delete(SERVICE_NAME);
  ofTags.delete(SERVICE_NAME);
  for (const [key, tag] of ofTags) {
    const attribute = ofAttributes.get(key);
    if (attribute === undefined) continue;
    if (outranks(tag.source, attribute.source)) ofAttributes.delete(key);
    else ofTags.delete(key);
  }
  return { resourceAttributes: toTags(ofAttributes), tags: toTags(ofTags), serviceName };
}

function byKey(given: readonly Given[]): Map<string, Entry> {
  const result = new Map<string, Entry>();
  for (const { source, pairs } of given) {
    for (const key of Object.keys(pairs)) {
      if (!result.has(key)) result.set(key, { value: pairs[key]!, source });
    }
  }
  return result;
}

function toTags(entries: ReadonlyMap<string, Entry>): Tags {
  const result: Record<string, TagValue> = {};
  for (const [key, { value }] of entries) result[key] = value;
  return result;
}
