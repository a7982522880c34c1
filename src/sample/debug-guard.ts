/**
 * Lets debug flags and debug ids count only for whom the settings allow, since anybody may send them.
 * Fifth station of a span's way: asked for the root span of each trace, before all other samplers.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import type { Attributes, Context, Link, SpanKind } from '@opentelemetry/api';
import type { Sampler } from '@opentelemetry/sdk-trace-base';
import type { DebugCredits } from './debug-credits';
import { RateLimiter } from './rate-limiter';

export interface DebugGuardOptions {
  /** Debug traces a second at most. */
  readonly rate?: number | undefined;
  /** Addresses (`10.0.0.7`) and networks (`10.0.0.0/8`) of callers that may ask; all where it is empty. */
  readonly callers: readonly string[];
  /** What the header `secretHeader` has to hold. */
  readonly secret?: string | undefined;
  readonly credits?: DebugCredits | undefined;
  /** Whether a request asks for a debug trace, by a flag or an id. */
  readonly asksForDebug: (context: Context) => boolean;
  /** The secret that came with a request. */
  readonly secretOf: (context: Context) => string | undefined;
  readonly onDenied: () => void;
  /** Decides where debug is allowed or not asked for. */
  readonly inner: Sampler;
  /** Decides where it was asked for in vain, as if nobody had. */
  readonly root: Sampler;
}

export class DebugGuard implements Sampler {
  readonly #options: DebugGuardOptions;
  readonly #limiter: RateLimiter | undefined;
  readonly #callers: BlockList | undefined;
  readonly #denied = new WeakSet<Context>();

  constructor(options: DebugGuardOptions) {
    this.#options = options;
    if (options.rate !== undefined) this.#limiter = new RateLimiter(options.rate);
    if (options.callers.length > 0) this.#callers = listOf(options.callers);
  }

  shouldSample(
    context: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): ReturnType<Sampler['shouldSample']> {
    const { inner, root, asksForDebug, onDenied } = this.#options;
    if (!asksForDebug(context) || this.#allowed(context, name, attributes))
      return inner.shouldSample(context, traceId, name, kind, attributes, links);
    this.#denied.add(context);
    onDenied();
    return root.shouldSample(context, traceId, name, kind, attributes, links);
  }

  /** Whether debug was asked for under this context in vain. */
  denied(context: Context): boolean {
    return this.#denied.has(context);
  }

  toString(): string {
    return String(this.#options.inner);
  }

  /** The cheap checks first; a credit is taken last. */
  #allowed(context: Context, name: string, attributes: Attributes): boolean {
    const { secret, secretOf, credits } = this.#options;
    if (this.#callers !== undefined && !isListed(this.#callers, attributes['network.peer.address']))
      return false;
    if (secret !== undefined && !isEqual(secret, secretOf(context))) return false;
    if (this.#limiter !== undefined && !this.#limiter.take()) return false;
    return credits === undefined || credits.take(name);
  }
}

function listOf(callers: readonly string[]): BlockList {
  const list = new BlockList();
  for (const caller of callers) {
    const [address = '', bits] = caller.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

function isListed(list: BlockList, address: unknown): boolean {
  if (typeof address !== 'string') return false;
  // Node gives IPv4 callers of a socket for both families so.
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address;
  const family = isIP(plain);
  return family !== 0 && list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
}

/** In a time that tells nothing of how much was right. */
function isEqual(secret: string, given: string | undefined): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return given !== undefined && timingSafeEqual(digest(secret), digest(given));
}
