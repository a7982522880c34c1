/** Guards the text and the summary that a span shows of a query, dialect by dialect. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { QueryText, QueryTexts } from '../../../../src/patch/sql/query-text';
import { CUT_MARK, type Dialect, LONGEST_TEXT, QueryScanner } from '../../../../src/patch/sql/scan-query';

const text = (query: string, dialect: Dialect = 'postgresql') => new QueryText(query, dialect).text;
const summary = (query: string, dialect: Dialect = 'postgresql') => new QueryText(query, dialect).summary;
const cases = (table: [query: string, expected: string][], read: (query: string) => string) => {
  for (const [query, expected] of table) assert.equal(read(query), expected, query);
};

describe('query text', () => {
  test('hides strings, numbers and bytes of both dialects and keeps placeholders, booleans and names', () => {
    for (const dialect of ['postgresql', 'mysql'] as const) {
      cases(
        [
          [`SELECT a FROM t WHERE b = 'x''y' AND c = ''`, 'SELECT a FROM t WHERE b = ? AND c = ?'],
          [`SELECT 1, -2, 3.5, .5, 1e-5, 0xFF, 1.5E+10`, 'SELECT ?, -?, ?, ?, ?, ?, ?'],
          [`SELECT X'1F', b'01', N'x', x'00'`, 'SELECT ?, ?, ?, ?'],
          [
            `UPDATE t1 SET ok = true, no = FALSE, c2 = NULL`,
            'UPDATE t1 SET ok = true, no = FALSE, c2 = NULL',
          ],
          [`SELECT * FROM t WHERE a = ? AND b > ?`, 'SELECT * FROM t WHERE a = ? AND b > ?'],
          [`SELECT a/* 'secret */,b -- secret\n,c`, 'SELECT a ,b ,c'],
          ['  SELECT\n\t1\n', 'SELECT ?'],
          [`SELECT 'never closed, secret`, 'SELECT ?'],
        ],
        (query) => text(query, dialect),
      );
    }
  });

  test("hides PostgreSQL's own literals and keeps its quoted names and $1", () => {
    cases(
      [
        [`SELECT "Secret ""Name""" FROM "T"`, `SELECT "Secret ""Name""" FROM "T"`],
        [`SELECT E'it\\'s', e'\\\\', 'x'`, 'SELECT ?, ?, ?'],
        [`SELECT E'a'\n'b', d`, 'SELECT ? ?, d'],
        [`SELECT E'a'\n'b\\'c', d`, 'SELECT ? ?'],
        ['SELECT $$a$b$$, $tag$ $$ $tag$, $1, $23', 'SELECT ?, ?, $1, $23'],
        ['SELECT a$b$c, $tag$never closed', 'SELECT a$b$c, ?'],
        [`SELECT U&'d\\0061t', '{"a":1}'::jsonb #> '{a}'`, 'SELECT U&?, ?::jsonb #> ?'],
        ['SELECT /* a /* b */ secret */ 1', 'SELECT ?'],
        ['SELECT 5--3', 'SELECT ?'],
        ['SELECT "never closed, secret', 'SELECT ?'],
        [
          "SELECT a FROM t WHERE b LIKE $1 ESCAPE '\\' AND c = 'x'",
          'SELECT a FROM t WHERE b LIKE $1 ESCAPE ? AND c = ?',
        ],
      ],
      (query) => text(query),
    );
  });

  test('hides the rest where a backslash before a quote can be read in two ways', () => {
    assert.equal(text(`SELECT 'C:\\', secret, 'x'`), 'SELECT ?');
    assert.equal(text(`SELECT 'C:\\\\', kept, 'x'`), 'SELECT ?, kept, ?');
  });

  test("hides MySQL's own literals and keeps its quoted names", () => {
    cases(
      [
        ['SELECT "a""b", \'c\\\\\', `e``f` FROM `g h`', 'SELECT ?, ?, `e``f` FROM `g h`'],
        // NO_BACKSLASH_ESCAPES decides where the literal ends.
        [`SELECT 'a\\'b', c FROM t`, 'SELECT ?'],
        ['SELECT "a\\"b", c FROM t', 'SELECT ?'],
        [`SELECT a FROM t WHERE b LIKE 'c' ESCAPE '\\' AND d = 1`, 'SELECT a FROM t WHERE b LIKE ? ESCAPE ?'],
        [`SELECT _utf8mb4'x', 1abc, t.5`, 'SELECT _utf8mb4?, ?, t.?'],
        ['SELECT 5--3 # secret\n, 4 -- secret', 'SELECT ?- -? , ?'],
        ['SELECT /*! STRAIGHT_JOIN */ a /* x /* y */ FROM t', 'SELECT a FROM t'],
        [`SELECT /*!80000 '*/' */ secret`, 'SELECT ?'],
        ['SELECT $a, $tag$ FROM t', 'SELECT $a, $tag$ FROM t'],
        ['SELECT :name, @var', 'SELECT :name, @var'],
      ],
      (query) => text(query, 'mysql'),
    );
  });

  test("hides SQLite's own literals and keeps its names and parameters", () => {
    cases(
      [
        [
          'SELECT [a b], `c`, "d" FROM "t" WHERE "t"."e" = "f"',
          'SELECT [a b], `c`, "d" FROM "t" WHERE "t"."e" = ?',
        ],
        ['SELECT a WHERE "b" = ?1 AND c IN (:x, @y, $z)', 'SELECT a WHERE "b" = ?1 AND c IN (?)'],
        [
          'SELECT a WHERE b LIKE "x%" OR c BETWEEN "x" AND "y"',
          'SELECT a WHERE b LIKE ? OR c BETWEEN ? AND ?',
        ],
        ['SELECT a WHERE b = 1 AND "c" IS NULL', 'SELECT a WHERE b = ? AND "c" IS NULL'],
        ['INSERT INTO "t" ("a", "b") VALUES ("x", 1)', 'INSERT INTO "t" ("a", "b") VALUES (?)'],
        [`SELECT 'c', x'ab', a /* x /* y */ FROM t -- z`, 'SELECT ?, ?, a FROM t'],
        ['PRAGMA key = "secret"', 'PRAGMA key = ?'],
      ],
      (query) => text(query, 'sqlite'),
    );
    cases(
      [
        ['INSERT OR REPLACE INTO t VALUES (1)', 'INSERT t'],
        ['UPDATE OR ROLLBACK t SET a = 1', 'UPDATE t'],
        ['PRAGMA table_info(t)', 'PRAGMA'],
      ],
      (query) => summary(query, 'sqlite'),
    );
  });

  test("hides the literals of SQL Server and Oracle's own and keeps their names and parameters", () => {
    cases(
      [
        ["SELECT N'x', $12.5, 0x1F, 'c' FROM [db]..[a ]] b]", 'SELECT ?, ?, ?, ? FROM [db]..[a ]] b]'],
        ['SELECT @@ROWCOUNT FROM #t WHERE a IN (@p0, @p1)', 'SELECT @@ROWCOUNT FROM #t WHERE a IN (?)'],
        ['SELECT a /* x /* y */ z */ FROM t -- x\ry', 'SELECT a FROM t ?'],
      ],
      (query) => text(query, 'microsoft.sql_server'),
    );
    cases(
      [
        [
          `SELECT q'[it's]', Nq'!a!b!' FROM "t" WHERE a = :1 AND b IN (:x, :y)`,
          'SELECT ?, ? FROM "t" WHERE a = :1 AND b IN (?)',
        ],
        [`SELECT a FROM t WHERE b = q'[never closed`, 'SELECT a FROM t WHERE b = ?'],
      ],
      (query) => text(query, 'oracle.db'),
    );
    cases(
      [
        ['SELECT * FROM [dbo].[users] u JOIN #t ON 1 = 1', 'SELECT [dbo].[users] #t'],
        ['EXEC sp_who @a = 1', 'EXEC sp_who'],
      ],
      (query) => summary(query, 'microsoft.sql_server'),
    );
  });

  test('shrinks lists of values after IN and VALUES, and nothing else', () => {
    cases(
      [
        ['SELECT 1 WHERE a IN (1, -2, NULL, $3, ?)', 'SELECT ? WHERE a IN (?)'],
        ['SELECT 1 WHERE a in ( 1 )', 'SELECT ? WHERE a in (?)'],
        ['SELECT 1 WHERE (a, b) IN ((1, 2), (3, 4))', 'SELECT ? WHERE (a, b) IN ((?))'],
        ['SELECT a IN (1, 2), (3)', 'SELECT a IN (?), (?)'],
        [
          `INSERT INTO t VALUES (1, 'a'), (2, 'b'), (-3, DEFAULT) RETURNING id`,
          'INSERT INTO t VALUES (?) RETURNING id',
        ],
        ['INSERT INTO t VALUES (1, now()), (2, now())', 'INSERT INTO t VALUES (?, now()), (?, now())'],
        ['SELECT coalesce(1, 2), a IN (SELECT 1)', 'SELECT coalesce(?, ?), a IN (SELECT ?)'],
        ['SELECT a IN (1, b, 2)', 'SELECT a IN (?, b, ?)'],
      ],
      (query) => text(query),
    );
  });

  test(`cuts after ${LONGEST_TEXT} characters, and shrinks a list that is cut`, () => {
    const exact = 'SELECT a'.padEnd(LONGEST_TEXT, 'a');
    assert.equal(text(exact), exact);
    const longer = text(`${exact}a`);
    assert.equal(longer.length, LONGEST_TEXT);
    assert.ok(longer.endsWith(CUT_MARK));
    const many = Array.from({ length: 3000 }, (_, i) => i);
    assert.equal(
      text(`SELECT a FROM t WHERE b IN (${many.join()})`),
      `SELECT a FROM t WHERE b IN (?${CUT_MARK}`,
    );
    assert.equal(
      text(`INSERT INTO t VALUES ${many.map((n) => `(${n}, 'x')`).join()}`),
      `INSERT INTO t VALUES (?)${CUT_MARK}`,
    );
    const pair = `${'a'.repeat(LONGEST_TEXT - 2)}😀a`;
    assert.equal(text(pair), `${'a'.repeat(LONGEST_TEXT - 2)}${CUT_MARK}`);
  });
});

describe('query summary', () => {
  test('names operations and targets in order and as they are written, as the convention does', () => {
    cases(
      [
        ['SELECT * FROM wuser_table WHERE username = ?', 'SELECT wuser_table'],
        [
          'INSERT INTO shipping_details (order_id, address) SELECT order_id, address FROM orders WHERE order_id = ?',
          'INSERT shipping_details SELECT orders',
        ],
        ['SELECT * FROM songs, artists WHERE songs.artist_id == artists.id', 'SELECT songs artists'],
        [
          'SELECT order_date FROM (SELECT * FROM orders o JOIN customers c ON o.customer_id = c.customer_id)',
          'SELECT SELECT orders customers',
        ],
        [`SELECT * FROM "song list", public."x y" AS q`, 'SELECT "song list" public."x y"'],
        ['call some_stored_procedure(1)', 'call some_stored_procedure'],
      ],
      (query) => summary(query),
    );
  });

  test('tells tables from functions, columns, aliases and common table expressions', () => {
    cases(
      [
        [
          'select u.name n from public.users u left join orders as o using (id) where u.id = 1',
          'select public.users orders',
        ],
        ['SELECT extract(year FROM ts), a IS DISTINCT FROM b FROM t ORDER BY a, b', 'SELECT t'],
        ['SELECT * FROM generate_series(1, 3) AS s, t', 'SELECT t'],
        ['SELECT * FROM (a JOIN b ON a.id = b.id), LATERAL (SELECT 1 FROM c) d', 'SELECT a b SELECT c'],
        [
          'WITH a AS (SELECT 1 FROM t1), b AS (UPDATE ONLY t2 SET x = 1 RETURNING *) SELECT * FROM a JOIN t3 ON true',
          'SELECT t1 UPDATE t2 SELECT t3',
        ],
        [
          'SELECT a FROM t WHERE b IN (SELECT b FROM u) UNION ALL SELECT a FROM v FOR UPDATE',
          'SELECT t SELECT u SELECT v',
        ],
        ['INSERT INTO t (a, b) VALUES (1, 2) ON CONFLICT (a) DO UPDATE SET b = 3', 'INSERT t'],
        ['UPDATE t SET a = 1, b = 2 FROM u WHERE t.id = u.id', 'UPDATE t u'],
        ['DELETE FROM t USING u, v WHERE true', 'DELETE t u v'],
        ['MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = 1', 'MERGE t s'],
        ['GRANT SELECT, INSERT ON t TO u', 'GRANT'],
        ['SELECT replace(a, b, c) FROM t', 'SELECT t'],
      ],
      (query) => summary(query),
    );
    cases(
      [
        ['REPLACE INTO t VALUES (1)', 'REPLACE t'],
        ['INSERT IGNORE INTO `a b`.t VALUES (1) ON DUPLICATE KEY UPDATE a = 2', 'INSERT `a b`.t'],
        ['UPDATE a, b SET a.x = 1, b.y = 2', 'UPDATE a b'],
        ['SELECT insert(a, 1, 2, b) FROM t', 'SELECT t'],
      ],
      (query) => summary(query, 'mysql'),
    );
  });

  test('names definitions, transactions and other commands', () => {
    cases(
      [
        ['create table if not exists foo (id int)', 'create table foo'],
        ['CREATE OR REPLACE VIEW v AS SELECT * FROM t', 'CREATE VIEW v SELECT t'],
        ['DROP TABLE a, b', 'DROP TABLE a b'],
        ['TRUNCATE TABLE a', 'TRUNCATE a'],
        ['BEGIN', 'BEGIN'],
        ['START TRANSACTION', 'START TRANSACTION'],
        [`SET app.user = 'x'`, 'SET'],
        [`CREATE USER bob PASSWORD 'x'`, 'CREATE USER'],
        ['EXPLAIN ANALYZE SELECT * FROM t', 'EXPLAIN SELECT t'],
        ['SELECT 1; INSERT INTO t VALUES (1)', 'SELECT INSERT t'],
        ['', ''],
        [`'x'`, ''],
      ],
      (query) => summary(query),
    );
  });

  test('gives an operation and a collection only where there is one of them', () => {
    const one = new QueryText('SELECT * FROM t', 'postgresql');
    assert.deepEqual([one.operation, one.collection, one.selects], ['SELECT', 't', true]);
    const tables = new QueryText('SELECT * FROM t, u', 'postgresql');
    assert.deepEqual([tables.operation, tables.collection], ['SELECT', undefined]);
    const operations = new QueryText('INSERT INTO t SELECT * FROM u', 'postgresql');
    assert.deepEqual(
      [operations.operation, operations.collection, operations.selects],
      [undefined, undefined, false],
    );
  });

  test('keeps 255 characters and no part of a name', () => {
    const names = Array.from({ length: 100 }, (_, i) => `table_${String(i).padStart(3, '0')}`);
    const long = summary(`SELECT * FROM ${names.join(', ')}`);
    // SELECT and 24 names of 9 characters with their blanks are 246; the next would make it 256.
    assert.equal(long, `SELECT ${names.slice(0, 24).join(' ')}`);
    assert.equal(summary(`SELECT * FROM ${'x'.repeat(248)}`).length, 255);
    assert.equal(summary(`SELECT * FROM ${'x'.repeat(249)}`), 'SELECT');
  });
});

describe('query cache', () => {
  const peer = (system: string) => ({ system, attributes: { 'db.system.name': system } });

  test('reads a repeated text once, and forgets what is not asked for again', () => {
    const texts = new QueryTexts('postgresql');
    const first = texts.get('SELECT 1 FROM kept');
    for (let i = 0; i < 5000; i++) {
      texts.get(`SELECT ${i} FROM t`);
      if (i % 100 === 0) assert.equal(texts.get('SELECT 1 FROM kept'), first);
      assert.ok(texts.size <= 1000, `${texts.size} texts are kept`);
    }
    assert.notEqual(texts.get('SELECT 0 FROM t'), undefined);
  });

  test('does not keep long texts', () => {
    const texts = new QueryTexts('postgresql');
    texts.get('x'.repeat(LONGEST_TEXT));
    assert.equal(texts.size, 1);
    texts.get('x'.repeat(LONGEST_TEXT + 1));
    assert.equal(texts.size, 1);
  });

  test('gives the attributes of the peer that is asked for', () => {
    const query = new QueryText(`SELECT * FROM t WHERE a = 'secret'`, 'mysql');
    const one = peer('mysql');
    const other = peer('mariadb');
    assert.deepEqual(query.attributes(one), {
      'db.system.name': 'mysql',
      'db.operation.name': 'SELECT',
      'db.collection.name': 't',
      'db.query.summary': 'SELECT t',
      'db.query.text': 'SELECT * FROM t WHERE a = ?',
    });
    // A span writes into what it is given.
    assert.notEqual(query.attributes(one), query.attributes(one));
    assert.deepEqual(query.attributes(one), query.attributes(one));
    assert.equal(query.attributes(other)['db.system.name'], 'mariadb');
    assert.equal(query.attributes(one)['db.system.name'], 'mysql');
  });
});

test('a scan reads each character a few times at most, whatever the text', () => {
  const repeated = (part: string) =>
    part.repeat(Math.ceil(LONGEST_TEXT / part.length)).slice(0, LONGEST_TEXT);
  const nasty = [
    '$a',
    '$a$ ',
    '$$',
    `'`,
    `''`,
    `E'\\`,
    '"',
    '`',
    '/*',
    '/*!',
    '/*/*!*/',
    '*/',
    '--',
    '-',
    '- ',
    '#',
    '(',
    '((',
    'IN (',
  ];
  nasty.push(
    'IN (1,',
    'VALUES (1),(',
    ',(',
    '.',
    '.5',
    '1e',
    '1e-',
    'a.',
    'FROM ',
    'FROM a,',
    'SELECT ',
    'WITH a ',
    ';',
    '\\',
    '?',
    '\n',
  );
  for (const dialect of ['postgresql', 'mysql'] as const) {
    for (const part of nasty) {
      const counted = new CountedText(repeated(part));
      new QueryScanner(counted as unknown as string, dialect).read();
      assert.ok(
        counted.reads < 10 * LONGEST_TEXT,
        `${dialect}: ${counted.reads} reads of ${JSON.stringify(part)}`,
      );
    }
  }
});

/** Looks like a string to the scanner and counts the characters that it looks at. */
class CountedText {
  reads = 0;
  readonly length: number;
  readonly #text: string;
  constructor(of: string) {
    this.#text = of;
    this.length = of.length;
  }
  charCodeAt(at: number): number {
    this.reads++;
    return this.#text.charCodeAt(at);
  }
  charAt(at: number): string {
    this.reads++;
    return this.#text.charAt(at);
  }
  slice(from: number, to: number): string {
    this.reads += to - from;
    return this.#text.slice(from, to);
  }
  indexOf(part: string, from: number): number {
    const found = this.#text.indexOf(part, from);
    this.reads += (found === -1 ? this.length : found) - from + part.length;
    return found;
  }
}
