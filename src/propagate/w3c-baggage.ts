/**
 * Reads and writes W3C's `baggage` header within its limits.
 * Third station of a span's way: what the application sends along with a trace. https://www.w3.org/TR/baggage/
 *
 *     baggage: key=percent-encoded value;property=1, key2=value2
 */
import {
  type Baggage,
  type BaggageEntry,
  baggageEntryMetadataFromString,
  type Context,
  propagation,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { counters } from '../diagnostics/counters';
import { BaggageAllowance, MOST_ITEMS, sendable } from './baggage-limits';
import { isToken } from './header';
import { percentDecode } from './percent';

const BAGGAGE = 'baggage';

/**
 * W3C's `baggage`: at most 64 items, 2,048 characters a value and 8,192 bytes in all, in both directions. What is beyond
 * that is left out and counted; it never throws.
 */
export class BaggagePropagator implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const baggage = propagation.getBaggage(context);
    if (baggage === undefined || isTracingSuppressed(context)) return;
    const allowance = new BaggageAllowance();
    const members: string[] = [];
    for (const [key, { value, metadata }] of baggage.getAllEntries()) {
      const given = metadata === undefined ? '' : `;${metadata}`;
      const properties = isPlain(given) ? given : '';
      const encoded = sendable(allowance, key, value, properties.length + 2);
      if (encoded !== undefined) members.push(`${key}=${encoded}${properties}`);
    }
    if (members.length > 0) setter.set(carrier, BAGGAGE, members.join(','));
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const header = getter.get(carrier, BAGGAGE);
    if (header === undefined) return context;
    let baggage: Baggage | undefined;
    const allowance = new BaggageAllowance();
    // A few more than may be taken, for members that are none.
    for (const member of String(header).split(',', MOST_ITEMS * 2)) {
      const parsed = parseMember(member);
      if (parsed === undefined || !allowance.admits(parsed.entry.value, member.length + 1)) {
        if (member.trim() !== '') counters.baggageDropped++;
        continue;
      }
      baggage ??= propagation.getBaggage(context) ?? propagation.createBaggage();
      baggage = baggage.setEntry(parsed.key, parsed.entry);
    }
    return baggage === undefined ? context : propagation.setBaggage(context, baggage);
  }

  fields(): string[] {
    return [BAGGAGE];
  }
}

function parseMember(member: string): { readonly key: string; readonly entry: BaggageEntry } | undefined {
  const semicolon = member.indexOf(';');
  const pair = semicolon === -1 ? member : member.slice(0, semicolon);
  const equals = pair.indexOf('=');
  if (equals === -1) return undefined;
  const key = percentDecode(pair.slice(0, equals).trim());
  const value = percentDecode(pair.slice(equals + 1).trim());
  if (key === undefined || !isToken(key) || value === undefined) return undefined;
  const properties = semicolon === -1 ? '' : member.slice(semicolon + 1).trim();
  return {
    key,
    entry: properties === '' ? { value } : { value, metadata: baggageEntryMetadataFromString(properties) },
  };
}

/** What a header may hold without encoding, and no comma, which would begin another member. */
function isPlain(text: string): boolean {
  return /^[\x20-\x2b\x2d-\x7e]*$/.test(text);
}
