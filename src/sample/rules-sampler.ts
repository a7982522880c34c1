/**
 * Decides about new traces by a list of rules, the first that matches wins; else asks another sampler.
 * Fifth station of a span's way: asked for the root span of each trace, and again when that span learns its route.
 *
 * A rule by route, or by an attribute that the span doesn't start with, can't match at first: the rules after it, or
 * the other sampler, decide, and are overruled once the route or attribute is set.
 */
import { type Attributes, type Context, type Link, SpanKind } from '@opentelemetry/api';
import type { Sampler } from '@opentelemetry/sdk-trace-base';
import type { RuleCondition, SamplingRule } from '../config/sampling-rules';
import { ProbabilisticSampler } from './probabilistic-sampler';
import { RateLimiter } from './rate-limiter';
import { DROP, NOT_RECORD, RECORD_AND_SAMPLED, type SamplingResult } from './sampling-result';
import { matcher } from './text-pattern';

interface RulesOptions {
  readonly rules: readonly SamplingRule[];
  readonly serviceName: string;
  /** Decides where no rule matches. */
  readonly other: Sampler;
  /** A header of the request that begins the trace. */
  readonly headerOf: (context: Context, name: string) => string | undefined;
}

/** What a span is at the moment of a decision. */
interface Subject {
  readonly context: Context;
  readonly traceId: string;
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
}

type Test = (subject: Subject) => boolean;

interface Compiled {
  readonly tests: readonly Test[];
  readonly decide: (traceId: string) => SamplingResult;
  /** Attributes that may come after the start. */
  readonly watched: readonly string[];
}

export class RulesSampler implements Sampler {
  /** Attributes that may change a decision when they are set on the root span later. */
  readonly watched: ReadonlySet<string>;
  readonly #rules: readonly Compiled[];
  readonly #options: RulesOptions;

  constructor(options: RulesOptions) {
    this.#options = options;
    this.#rules = options.rules
      .filter((rule) => isForService(rule, options.serviceName))
      .map((rule) => compile(rule, options));
    this.watched = new Set(this.#rules.flatMap((rule) => rule.watched));
  }

  shouldSample(
    context: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): ReturnType<Sampler['shouldSample']> {
    const rule = this.#match({ context, traceId, name, kind, attributes });
    if (rule === undefined)
      return this.#options.other.shouldSample(context, traceId, name, kind, attributes, links);
    return rule.decide(traceId) as ReturnType<Sampler['shouldSample']>;
  }

  /**
   * What a root span's late attribute changes: true keeps the trace from here on, false drops what wasn't sent,
   * undefined leaves it. @param key one of `watched`, which `subject.attributes` has now
   */
  reconsider(key: string, subject: Subject): boolean | undefined {
    const rule = this.#match(subject);
    if (rule === undefined || !rule.watched.includes(key)) return undefined;
    return rule.decide(subject.traceId).decision !== NOT_RECORD;
  }

  toString(): string {
    return `RulesSampler{${this.#rules.length} rules, else ${this.#options.other}}`;
  }

  #match(subject: Subject): Compiled | undefined {
    return this.#rules.find((rule) => rule.tests.every((test) => test(subject)));
  }
}

function isForService({ conditions }: SamplingRule, service: string): boolean {
  return conditions.every((each) => each.subject !== 'service' || matcher(each.patterns)(service));
}

function compile({ action, argument, conditions, text }: SamplingRule, options: RulesOptions): Compiled {
  return {
    tests: conditions.filter((each) => each.subject !== 'service').map((each) => test(each, options)),
    decide: decision(action, argument, text),
    watched: conditions.flatMap((each) => {
      if (each.subject === 'route') return ['http.route'];
      return each.subject === 'attribute' ? [each.key!] : [];
    }),
  };
}

function decision(action: SamplingRule['action'], argument: number, text: string): Compiled['decide'] {
  const keep: SamplingResult = {
    decision: RECORD_AND_SAMPLED,
    attributes: Object.freeze({ 'sampler.type': 'rule', 'sampler.param': text }),
  };
  switch (action) {
    case 'keep':
      return () => keep;
    case 'drop':
      return () => DROP;
    case 'rate': {
      const limiter = new RateLimiter(argument);
      return () => (limiter.take() ? keep : DROP);
    }
    case 'ratio': {
      const share = new ProbabilisticSampler(argument);
      return (traceId) =>
        share.shouldSample(undefined as never, traceId).decision === NOT_RECORD ? DROP : keep;
    }
  }
}

function test({ subject, key = '', patterns }: RuleCondition, options: RulesOptions): Test {
  if (subject === 'method') {
    const matches = matcher(patterns.map((each) => each.toUpperCase()));
    return ({ attributes }) => matches(attributes['http.request.method']);
  }
  const matches = matcher(patterns);
  switch (subject) {
    case 'kind':
      return ({ kind }) => matches(SpanKind[kind]?.toLowerCase());
    case 'path':
      return ({ attributes }) => matches(pathOf(attributes));
    case 'route':
      return ({ attributes }) => matches(attributes['http.route']);
    case 'name':
      return ({ name }) => matches(name);
    case 'header':
      return ({ context }) => matches(options.headerOf(context, key));
    default:
      return ({ attributes }) => matches(attributes[key]);
  }
}

/** A server's path, or that of the URL that a client asks for. */
function pathOf(attributes: Attributes): unknown {
  const path = attributes['url.path'];
  if (path !== undefined) return path;
  const url = attributes['url.full'];
  if (typeof url !== 'string') return undefined;
  const start = url.indexOf('/', url.indexOf('://') + 3);
  return start === -1 ? '/' : url.slice(start).replace(/[?#].*$/s, '');
}
