/**
 * URLs in spans: what is hidden, what is cut, and hosts taken apart.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  fullUrl,
  hostName,
  hostPort,
  pathStart,
  recordedQuery,
  withoutUserinfo,
} from '../../../../src/patch/http/url';

const REDACT = { urlQuery: 'redact' } as const;
const KEEP = { urlQuery: 'keep' } as const;
const DROP = { urlQuery: 'drop' } as const;

test('a redacted query keeps keys in order and hides every value', () => {
  assert.equal(
    recordedQuery('a=1&b=&c&=d&e=f=g&&a=2', REDACT),
    'a=REDACTED&b=REDACTED&REDACTED&=REDACTED&e=REDACTED&&a=REDACTED',
  );
  assert.equal(recordedQuery('', REDACT), undefined);
  assert.equal(recordedQuery('a=1', KEEP), 'a=1');
  assert.equal(recordedQuery('a=1', DROP), undefined);
});

test('a key that is long enough to be a token is hidden, the last shorter one is kept', () => {
  assert.equal(recordedQuery(`${'k'.repeat(64)}=v`, REDACT), `${'k'.repeat(64)}=REDACTED`);
  assert.equal(recordedQuery(`${'k'.repeat(65)}=v`, REDACT), 'REDACTED');
});

test('no value of any query survives redaction', () => {
  const word = fc.stringMatching(/^[^&]{0,20}$/);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,8}$/), word), { minLength: 1, maxLength: 20 }),
      (pairs) => {
        const query = pairs.map(([key, value]) => `${key}=${value}`).join('&');
        const expected = pairs.map(([key]) => `${key}=REDACTED`).join('&');
        assert.equal(recordedQuery(query, REDACT), expected);
      },
    ),
  );
});

test('a hostile query of separators costs bounded work and length', () => {
  for (const query of ['&'.repeat(16_000), '='.repeat(16_000), 'a=b&'.repeat(4_000)]) {
    assert.ok(recordedQuery(query, REDACT)!.length <= 4_000);
  }
});

test('a full URL never holds user, password, fragment or values', () => {
  const origin = 'http://shop.example:8080';
  assert.equal(fullUrl(origin, '/a/b?token=canary#canary', REDACT), `${origin}/a/b?token=REDACTED`);
  assert.equal(fullUrl(origin, '/a#canary?canary', REDACT), `${origin}/a`);
  assert.equal(
    fullUrl(origin, 'https://u:canary@host.example/p?q=canary', REDACT),
    'https://host.example/p?q=REDACTED',
  );
  assert.equal(fullUrl(origin, 'https://u:canary@host.example', REDACT), 'https://host.example');
  assert.equal(fullUrl(origin, '/a?q=1', DROP), `${origin}/a`);
  assert.equal(fullUrl(origin, `/${'a'.repeat(5_000)}`, REDACT).length, origin.length + 1_024);
  assert.equal(withoutUserinfo('http://u:p@ss@host'), 'http://host');
});

test('a request target begins at its path, also in absolute form', () => {
  assert.equal(pathStart('/a://b/c'), 0);
  assert.equal(pathStart('*'), 0);
  const target = 'http://host:80/path';
  assert.equal(target.slice(pathStart(target)), '/path');
  assert.equal('http://host'.slice(pathStart('http://host')), '');
});

test('a Host header is taken apart into name and port', () => {
  const cases: [string, string, number | undefined][] = [
    ['shop.example', 'shop.example', undefined],
    ['shop.example:8080', 'shop.example', 8080],
    ['[::1]:3000', '::1', 3000],
    ['[::1]', '::1', undefined],
    ['shop.example:', 'shop.example', undefined],
    ['shop.example:0', 'shop.example', undefined],
    ['shop.example:65536', 'shop.example', undefined],
    ['shop.example:x', 'shop.example', undefined],
    ['', '', undefined],
  ];
  for (const [host, name, port] of cases)
    assert.deepEqual([hostName(host), hostPort(host)], [name, port], host);
});
