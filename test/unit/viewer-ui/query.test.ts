/** Guards what the page makes of a query: what it finds in a trace, how it is written and completed, and its addresses. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseQuery, writeValue } from '../../../src/viewer/api/query-language';
import { buildTrace } from '../../../src/viewer/ui/model/build-trace';
import { completingAt } from '../../../src/viewer/ui/model/completion';
import { matcher } from '../../../src/viewer/ui/model/query-match';
import { emptyForm, queryOf, readForm, writeForm } from '../../../src/viewer/ui/model/search-form';
import { readView, writeView } from '../../../src/viewer/ui/model/trace-view';
import { puzzle } from '../../viewer-ui/given-traces';

const trace = buildTrace(puzzle);
function found(query: string): number {
  const matches = matcher(parseQuery(query));
  return trace.spans.filter((span) => matches(span, trace)).length;
}

const CASES: [query: string, spans: number][] = [
  ['', 13],
  ['prices', 9],
  ['service=web', 11],
  ['service=web NOT operation="SELECT *"', 2],
  ['-service=web', 2],
  ['service=stock OR service=mailer', 2],
  ['service=web operation=GET OR error=true', 2],
  ['service=web (operation=GET OR error=true)', 1],
  ['duration>=50ms', 2],
  ['duration>50000', 1],
  ['db.query.text~CURRENCY', 9],
  ['sampler.param>0.2', 1],
  ['sampler.param=*', 1],
  ['span.kind!=client', 3],
  ['trace.service=mailer', 13],
  ['hostname=stock-1', 1],
  ['operation="GET \\*cart"', 0],
  ['root=true', 1],
];
for (const [query, spans] of CASES) {
  test(`${query || 'an empty query'} finds ${spans} of 13 spans`, () => assert.equal(found(query), spans));
}

test('a written value is read as it was', () => {
  for (const value of ['a', 'GET /x', 'say "hi"', 'back\\slash', 'or', '-1', 'a=b', '']) {
    const query = parseQuery(`k=${writeValue(value)}`);
    assert.equal(query?.kind === 'tag' && query.value, value);
  }
});

test('completion asks for a key, or for the value of the key before the cursor', () => {
  assert.deepEqual(completingAt('service=shop dur', 16), { from: 13, kind: 'key', key: '', prefix: 'dur' });
  assert.deepEqual(completingAt('NOT operation="GE', 17), {
    from: 14,
    kind: 'value',
    key: 'operation',
    prefix: 'GE',
  });
});

test('the form goes into the address and comes back, and is one query', () => {
  const form = {
    ...emptyForm(),
    service: 'my shop',
    tags: 'a=1',
    minDuration: '10ms',
    errors: true,
    query: 'x OR y',
    lookback: '2d',
    limit: 50,
    columns: ['http.route'],
  };
  assert.deepEqual(readForm(writeForm(form)), form);
  assert.equal(queryOf(form), 'service="my shop" a=1 duration>=10000us error=true (x OR y)');
  assert.doesNotThrow(() => parseQuery(queryOf(form)));
});

test("Jaeger UI's links are read: tags as JSON, and a limit out of range", () => {
  const form = readForm('service=shop&tags=%7B%22error%22%3A%22true%22%7D&limit=99999');
  assert.deepEqual([form.tags, form.limit], ['error=true', 1500]);
});

test('a link to a trace holds view, zoom, collapse, selection and search', () => {
  const search =
    'uiFind=x&span=a1&focus=c1&zoom=10-20&level=2&collapsed=a%2Cb&least=1ms&hide=my%2520shop&group=0';
  assert.equal(writeView(readView(search)), search);
  assert.equal(writeView(readView('')), '');
});
