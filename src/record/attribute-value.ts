/**
 * What may be an attribute's value, and how long: OpenTelemetry's rules for what an application hands in.
 * Fourth station of a span's way. https://opentelemetry.io/docs/specs/otel/common/#attribute
 */
import { type Attributes, type AttributeValue, diag } from '@opentelemetry/api';

/** Items of an array that are looked at and kept: `new Array(2 ** 32 - 1)` would hold the process for minutes. */
const MOST_ITEMS = 20_000;

/** Primitives, and arrays of one primitive type with gaps allowed. */
export function isAttributeValue(value: unknown): value is AttributeValue {
  if (isPrimitive(value)) return true;
  if (!Array.isArray(value)) return false;
  let type: string | undefined;
  const length = Math.min(value.length, MOST_ITEMS);
  for (let index = 0; index < length; index++) {
    const element = value[index];
    if (element === null || element === undefined) continue;
    if (!isPrimitive(element)) return false;
    type ??= typeof element;
    if (typeof element !== type) return false;
  }
  return true;
}

/** A copy of the valid ones; undefined and null values are left out, invalid ones are told to `diag`. */
export function validAttributes(attributes: unknown): Attributes {
  const valid: Attributes = {};
  if (typeof attributes !== 'object' || attributes === null) return valid;
  for (const key of Object.keys(attributes)) {
    const value = (attributes as Record<string, unknown>)[key];
    if (value === undefined || value === null) continue;
    if (key === '') diag.warn('Invalid attribute key: ');
    else if (!isAttributeValue(value)) diag.warn(`Invalid attribute value set for key: ${key}`);
    else valid[key] = Array.isArray(value) ? (value.slice(0, MOST_ITEMS) as AttributeValue) : value;
  }
  return valid;
}

/** At most `limit` of them with their strings cut to `length`, and how many were left out. */
export function limited(
  attributes: Attributes,
  limit: number,
  length: number,
): { readonly kept: Attributes; readonly dropped: number } {
  const keys = Object.keys(attributes);
  if (keys.length <= limit && length === Number.POSITIVE_INFINITY) return { kept: attributes, dropped: 0 };
  const kept: Attributes = {};
  for (const key of keys.slice(0, limit)) kept[key] = cut(attributes[key]!, length);
  return { kept, dropped: Math.max(0, keys.length - limit) };
}

/** Strings, and those of an array, at most `length` characters long. */
export function cut(value: AttributeValue, length: number): AttributeValue {
  if (length === Number.POSITIVE_INFINITY && !(Array.isArray(value) && value.length > MOST_ITEMS))
    return value;
  if (typeof value === 'string') return value.length > length ? value.slice(0, length) : value;
  if (!Array.isArray(value)) return value;
  const items = value.length > MOST_ITEMS ? value.slice(0, MOST_ITEMS) : value;
  return items.map((each) => (typeof each === 'string' ? each.slice(0, length) : each)) as AttributeValue;
}

function isPrimitive(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
