/**
 * Guards that no literal of a query is ever shown, in any dialect: random queries, cut anywhere, read twice.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { LONGEST_SUMMARY } from '../../../../src/patch/sql/query-summary';
import { QueryText } from '../../../../src/patch/sql/query-text';
import { type Dialect, LONGEST_TEXT } from '../../../../src/patch/sql/scan-query';

const CANARY = 'kanarienvogel';
const DIGITS = '918273645';
const dialects: Dialect[] = ['postgresql', 'mysql', 'sqlite', 'microsoft.sql_server', 'oracle.db'];

/** What may stand around the canary inside a literal: everything that a scanner could take for an end or a start. */
const inside = fc
  .array(
    fc.constantFrom(
      "'",
      '"',
      '`',
      '\\',
      '$',
      '$$',
      '$t$',
      '--',
      '/*',
      '*/',
      '#',
      '\n',
      ' ',
      '?',
      '(',
      ')',
      ',',
      ';',
      'E',
      'x',
      'ß',
      '😀',
      '1',
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));
const content = fc.tuple(inside, inside).map(([before, after]) => `${before}${CANARY}${after}`);

/** Ways to write `value` as a literal of that dialect, each as its manual asks. */
const literals: Record<Dialect, ((value: string) => string)[]> = {
  postgresql: [
    (value) => `'${value.replaceAll("'", "''")}'`,
    (value) => `E'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
    (value) => `E'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`,
    (value) => `U&'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`,
    (value) => `$q$${value.replaceAll('$', '')}$q$`,
    (value) => `$$${value.replaceAll('$', '')}$$`,
    // With standard_conforming_strings off.
    (value) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
    (value) => `E'x'\n'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
    () => `X'${DIGITS}'`,
  ],
  mysql: [
    (value) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`,
    (value) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
    (value) => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '""')}"`,
    (value) => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
    // With NO_BACKSLASH_ESCAPES, without and with ANSI_QUOTES.
    (value) => `'${value.replaceAll("'", "''")}'`,
    (value) => `"${value.replaceAll('"', '""')}"`,
    (value) => `_utf8mb4'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`,
    () => `x'${DIGITS}'`,
  ],
  sqlite: [
    (value) => `'${value.replaceAll("'", "''")}'`,
    (value) => `= "${value.replaceAll('"', '""')}"`,
    (value) => `IN ("${value.replaceAll('"', '""')}")`,
    () => `X'${DIGITS}'`,
  ],
  'microsoft.sql_server': [
    (value) => `'${value.replaceAll("'", "''")}'`,
    (value) => `N'${value.replaceAll("'", "''")}'`,
    () => `$${DIGITS}.5`,
  ],
  'oracle.db': [
    (value) => `'${value.replaceAll("'", "''")}'`,
    (value) => `q'[${value.replaceAll("'", '')}]'`,
    (value) => `nQ'!${value.replaceAll("'", '').replaceAll('!', '')}!'`,
  ],
};
const numbers = [
  DIGITS,
  `-${DIGITS}`,
  `${DIGITS}.${DIGITS}`,
  `.${DIGITS}`,
  `${DIGITS}e-5`,
  `1e${DIGITS}`,
  `0x${DIGITS}`,
  `0.${DIGITS}E+1`,
];
const comments: Record<Dialect, ((value: string) => string)[]> = {
  postgresql: [
    (value) => `/*${value.replace(/[*/]/g, '')} */`,
    (value) => `/* /*${value.replace(/[*/]/g, '')} */ ${CANARY} */`,
    (value) => `--${value.replaceAll('\n', ' ')}\n`,
  ],
  mysql: [
    (value) => `/*${value.replace(/[*/]/g, '')} */`,
    (value) => `-- ${value.replaceAll('\n', ' ')}\n`,
    (value) => `#${value.replaceAll('\n', ' ')}\n`,
  ],
  sqlite: [
    (value) => `/* /*${value.replace(/[*/]/g, '')} */`,
    (value) => `--${value.replaceAll('\n', '\r')}\n`,
  ],
  'microsoft.sql_server': [
    (value) => `/* /*${value.replace(/[*/]/g, '')} */ ${CANARY} */`,
    (value) => `--${value.replaceAll('\n', '\r')}\n`,
  ],
  'oracle.db': [
    (value) => `/* /*${value.replace(/[*/]/g, '')} */`,
    (value) => `--${value.replaceAll('\n', '\r')}\n`,
  ],
};
/** What stands between the literals: queries' own words and signs, none of which opens anything. */
const words = [
  'SELECT',
  'a',
  '"n"',
  '=',
  ',',
  '(',
  ')',
  'IN (',
  'VALUES (',
  '),(',
  'FROM t',
  '+',
  '- ',
  '::text',
  '||',
  'AND',
  '$1',
  '?',
  ';',
  'e',
  'NULL',
];

function query(dialect: Dialect): fc.Arbitrary<string> {
  const literal = fc
    .tuple(fc.constantFrom(...literals[dialect]), content)
    .map(([write, value]) => write(value));
  const comment = fc
    .tuple(fc.constantFrom(...comments[dialect]), content)
    .map(([write, value]) => write(value));
  const word = fc.constantFrom(...words.filter((each) => dialect === 'postgresql' || !each.startsWith('"')));
  const part = fc.oneof(word, word, literal, fc.constantFrom(...numbers), comment);
  return fc.array(part, { minLength: 1, maxLength: 12, size: 'large' }).map((parts) => parts.join(' '));
}

/** Anything, with a liking for what scanners trip over. */
const anything = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "'",
        '"',
        '`',
        '\\',
        '$',
        '$$',
        '$a$',
        '--',
        '-',
        '/*',
        '/*!',
        '*/',
        '#',
        '\n',
        ' ',
        '?',
        '(',
        ')',
        ',',
        ';',
        '.',
        'E',
        "E'",
      ),
      fc.constantFrom(
        'IN',
        'VALUES',
        'SELECT',
        'FROM',
        'a',
        '1',
        '1e',
        '-1',
        'NULL',
        'U&',
        '…',
        '😀',
        'WITH',
        'JOIN',
        'INTO',
        'UPDATE',
        'AND',
        '[',
        ']',
        "q'",
        '@',
        ':',
        '\\',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 60, size: 'large' },
  )
  .map((parts) => parts.join(''));

for (const dialect of dialects) {
  describe(`${dialect} queries`, () => {
    test('never show what stands in a literal or a comment', () => {
      fc.assert(
        fc.property(query(dialect), (sql) => {
          const read = new QueryText(sql, dialect);
          const seen = `${read.text}\n${read.summary}\n${read.operation}\n${read.collection}`;
          assert.ok(
            !seen.includes(CANARY) && !seen.includes(DIGITS),
            `${JSON.stringify(sql)} became ${JSON.stringify(seen)}`,
          );
        }),
        { numRuns: 3000 },
      );
    });

    test('show nothing of a literal that is cut off by the limit', () => {
      fc.assert(
        fc.property(fc.constantFrom(...literals[dialect]), fc.nat(60), (write, short) => {
          const sql = `SELECT ${'a'.repeat(LONGEST_TEXT - 8 - short)} ${write(CANARY.repeat(20))}`;
          assert.ok(!new QueryText(sql, dialect).text.includes('kanar'), sql);
        }),
        { numRuns: 300 },
      );
    });

    test('of a megabyte are read up to the limit, whatever they open and never close', () => {
      for (const part of "' \" ` '' \\' /* /*! -- - $$ $a$ E' q'[ ( IN( [ 1e ,".split(' ')) {
        const read = new QueryText(part.repeat(Math.ceil(2 ** 20 / part.length)), dialect);
        assert.ok(read.text.length <= LONGEST_TEXT, part);
      }
    });

    test('come out the same when they are read again, and never longer than the limit', () => {
      fc.assert(
        fc.property(fc.oneof(anything, query(dialect)), (sql) => {
          const once = new QueryText(sql, dialect);
          assert.ok(once.text.length <= LONGEST_TEXT && once.summary.length <= LONGEST_SUMMARY);
          assert.equal(new QueryText(once.text, dialect).text, once.text, JSON.stringify(sql));
        }),
        { numRuns: 5000 },
      );
    });
  });
}
