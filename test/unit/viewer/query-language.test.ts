/**
 * The page's query language: what it means, and where it says that a query can't be read.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration } from '../../../src/viewer/api/duration';
import { type Condition, parseQuery, QueryError } from '../../../src/viewer/api/query-language';

/** `(a & (b | c) & !d)` */
function shown(condition: Condition | undefined): string {
  if (condition === undefined) return '';
  switch (condition.kind) {
    case 'and':
    case 'or':
      return `(${condition.of.map(shown).join(condition.kind === 'and' ? ' & ' : ' | ')})`;
    case 'not':
      return `!${shown(condition.of)}`;
    case 'text':
      return `text:${condition.text}`;
    default:
      return `${condition.kind}:${condition.field}${condition.operator}${condition.pattern?.source ?? condition.number ?? condition.value}`;
  }
}

const READ: [query: string, meaning: string][] = [
  ['', ''],
  ['  ', ''],
  [
    'service=shop AND (duration>100ms OR error=true) NOT operation=GET*',
    '(term:service=shop & (term:duration>100000 | term:error=true) & !term:operation=^GET.*$)',
  ],
  ['a=1 OR b=2 c=3', '(tag:a=1 | (tag:b=2 & tag:c=3))'],
  ['not not mug', 'text:mug'],
  ['-error=true -mug', '(!term:error=true & !text:mug)'],
  ['name="GET /a b"', 'term:operation=GET /a b'],
  ['"a \\" b"', 'text:a " b'],
  ['x=a\\*b', 'tag:x=a*b'],
  ['x=-5 y>-5', '(tag:x=-5 & tag:y>-5)'],
  ['duration>=1.5s', 'term:duration>=1500000'],
  ['tag.service=x', 'tag:service=x'],
  ['http.status_code>=500', 'tag:http.status_code>=500'],
  ['key=*', 'tag:key=^.*$'],
];

for (const [query, meaning] of READ) {
  test(`"${query}" is read`, () => assert.equal(shown(parseQuery(query)), meaning));
}

const WRONG: [query: string, position: number, message: RegExp][] = [
  ['service=', 8, /a value after service= is missing at the end/],
  ['(a', 2, /a "\)" is missing/],
  ['a)', 1, /no "\(" for this/],
  ['x="a', 2, /a quote is not closed/],
  ['a AND', 5, /missing at the end/],
  ['OR a', 0, /nothing before OR/],
  ['duration>soon', 9, /no duration/],
  ['error=maybe', 6, /neither true nor false/],
  ['status>high', 7, /compares numbers/],
  ['service>5', 8, /can't be compared/],
  ['trace.spans>x', 12, /no number/],
  ['!a', 0, /no operator/],
  [`${'('.repeat(60)}a`, 50, /deeper than 50/],
];

for (const [query, position, message] of WRONG) {
  test(`"${query.slice(0, 30)}" is refused at ${position}`, () => {
    assert.throws(
      () => parseQuery(query),
      (error: QueryError) => {
        assert.ok(error instanceof QueryError);
        assert.match(error.message, message);
        assert.equal(error.position, position);
        return true;
      },
    );
  });
}

test('a pattern of many stars matches in time that its length bounds', () => {
  const condition = parseQuery(`x=${'*'.repeat(2000)}b`);
  assert.ok(condition?.kind === 'tag' && condition.pattern !== undefined);
  assert.equal(condition.pattern.test('a'.repeat(5000)), false);
});

test('durations are read as Go writes them', () => {
  for (const [text, microseconds] of [
    ['1.5s', 1_500_000],
    ['100ms', 100_000],
    ['20us', 20],
    ['20µs', 20],
    ['1h30m', 5.4e9],
    ['500ns', 0.5],
    ['0', 0],
    ['5', undefined],
    ['ms', undefined],
    ['1 s', undefined],
    ['', undefined],
  ] as const)
    assert.equal(parseDuration(text), microseconds, text);
});
