/**
 * Parses sampling rules, whose language `sampling-rules.ts` describes.
 * Beside a span's way: read only where there are rules, so that no other start pays for it.
 */
import type { Complaints } from './parser';
import type { RuleCondition, SamplingRule } from './sampling-rules';

/** What a condition can be about … */
const PLAIN_SUBJECTS = ['kind', 'path', 'route', 'method', 'service', 'name'] as const;
/** … and what it needs a key for. */
const KEYED_SUBJECTS = ['header', 'attribute'] as const;
const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'];
/** Each rule is looked at for each new trace. */
const MOST_RULES = 100;

export function parseSamplingRules(
  value: unknown,
  complaints: Complaints,
): readonly SamplingRule[] | undefined {
  const texts = typeof value === 'string' ? value.split(/[;\n]/) : value;
  if (!Array.isArray(texts) || !texts.every((each) => typeof each === 'string')) {
    complaints.invalid('is not a list of sampling rules');
    return undefined;
  }
  const rules: SamplingRule[] = [];
  for (const text of texts) {
    const trimmed = text.trim();
    if (trimmed === '') continue;
    const rule = parseRule(trimmed, complaints);
    if (rule === undefined) continue;
    if (rules.length === MOST_RULES) {
      complaints.invalid(`is beyond the ${MOST_RULES} rules that are looked at`, trimmed);
      break;
    }
    rules.push(rule);
  }
  return rules.length > 0 || texts.length === 0 ? rules : undefined;
}

function parseRule(text: string, complaints: Complaints): SamplingRule | undefined {
  const [first = '', ...rest] = words(text);
  const decided = action(first);
  if (decided === undefined) {
    complaints.invalid('does not begin with keep, drop, ratio=0…1 or rate=N', text);
    return undefined;
  }
  const conditions: RuleCondition[] = [];
  for (const word of rest) {
    const parsed = condition(word);
    if (typeof parsed === 'string') {
      // A rule without one of its conditions would decide about more than was meant.
      complaints.invalid(`${parsed} in "${word}"; the rule is left out`, text);
      return undefined;
    }
    conditions.push(parsed);
  }
  return { ...decided, conditions, text };
}

/** Separated by blanks; quotes hold one together, and are taken off. */
function words(text: string): string[] {
  return (text.match(/(?:"[^"]*"|[^\s"])+/g) ?? []).map((word) => word.replaceAll('"', ''));
}

function action(word: string): Pick<SamplingRule, 'action' | 'argument'> | undefined {
  if (word === 'keep' || word === 'drop') return { action: word, argument: 0 };
  const [name, digits = ''] = word.split('=', 2);
  if ((name !== 'ratio' && name !== 'rate') || digits === '') return undefined;
  const argument = Number(digits);
  if (!Number.isFinite(argument) || argument < 0 || (name === 'ratio' && argument > 1)) return undefined;
  return { action: name, argument };
}

/** A text says what is wrong. */
function condition(word: string): RuleCondition | string {
  const equals = word.indexOf('=');
  if (equals <= 0) return 'no subject=pattern';
  const subject = word.slice(0, equals);
  const patterns = word.slice(equals + 1).split('|');
  if (patterns.includes('')) return 'an empty pattern';
  if (subject === 'kind' && !patterns.every((each) => KINDS.includes(each)))
    return `a kind that is not one of ${KINDS.join(', ')}`;
  const plain = PLAIN_SUBJECTS.find((each) => each === subject);
  if (plain !== undefined) return { subject: plain, patterns };
  const keyed = KEYED_SUBJECTS.find((each) => subject.startsWith(`${each}.`));
  const key = keyed && subject.slice(keyed.length + 1);
  if (keyed === undefined || !key)
    return `a subject that is not one of ${[...PLAIN_SUBJECTS, 'header.NAME', 'attribute.KEY'].join(', ')}`;
  return { subject: keyed, key: keyed === 'header' ? key.toLowerCase() : key, patterns };
}
