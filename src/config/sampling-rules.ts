/**
 * The language of sampling rules: `drop path=/health*; rate=10 kind=server method=GET|HEAD; keep header.x-load-test=*`.
 * Beside a span's way: used by the options table; `sample/rules-sampler.ts` decides by them.
 *
 *     rule      = action conditions              rules are separated by ; or stand in lines, first match wins
 *     action    = keep | drop | ratio=0…1 | rate=traces a second
 *     condition = subject=pattern|pattern…       * stands for any text; quoted where a blank is in it
 */
import type { Parser } from './parser';

/** One thing that has to hold of a span. */
export interface RuleCondition {
  /** What is compared. */
  readonly subject: 'kind' | 'path' | 'route' | 'method' | 'service' | 'name' | 'header' | 'attribute';
  /** The header's name in lower case, or the attribute's key. */
  readonly key?: string;
  /** With `*` for any text; one of them has to match. */
  readonly patterns: readonly string[];
}

/** One rule, which decides about the spans that its conditions hold for. */
export interface SamplingRule {
  /** What is done with them. */
  readonly action: 'keep' | 'drop' | 'ratio' | 'rate';
  /** A share for `ratio`, traces a second for `rate`, else 0. */
  readonly argument: number;
  /** All have to hold; a rule without any matches everything. */
  readonly conditions: readonly RuleCondition[];
  /** As it was written. */
  readonly text: string;
}

export const samplingRules: Parser<readonly SamplingRule[]> = {
  accepts:
    'rules separated by `;`: `keep`, `drop`, `ratio=0.1` or `rate=10`, then conditions such as `path=/health*`, `kind=server`, `method=GET|HEAD`, `route=/users/:id`, `name=…`, `service=…`, `header.x-test=*`, `attribute.tenant=blue`; in the file a list of such texts',
  parse(value, complaints) {
    const { parseSamplingRules } =
      require('./parse-sampling-rules') as typeof import('./parse-sampling-rules');
    return parseSamplingRules(value, complaints);
  },
};
