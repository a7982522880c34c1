/** Links by pattern: which tags become links, where their parts come from, and what a file may hold. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readLinkPatterns } from '../../../src/viewer/link-patterns';
import { tagLinks, traceLinks } from '../../../src/viewer/ui/model/link-pattern';
import { smallTrace } from './trace-of';

const folder = mkdtempSync(join(tmpdir(), 'links-'));
after(() => rmSync(folder, { recursive: true }));
const read = (content: string) => {
  const file = join(folder, 'links.json');
  writeFileSync(file, content);
  return readLinkPatterns(file);
};

const trace = smallTrace(
  ['a', '', 0, 10, { tags: { user: 'a b' } }],
  ['b', 'a', 1, 5, { tags: { order: 7, note: 'x' } }],
);
const span = trace.byKey.get('b')!;
const [order] = span.tags;

test('parts come from the tags beside it, its parents and the trace, as a URL needs them', () => {
  const { patterns } = read(
    JSON.stringify({
      linkPatterns: [
        {
          type: 'tags',
          key: 'order',
          url: 'http://x/?o=#{order}&u=#{user}&t=#{trace.traceID}',
          text: 'of #{user}',
        },
        { type: 'tags', key: ['other', 'order'], url: 'http://y/#{missing}', text: 'y' },
        { type: 'process', key: 'order', url: 'http://z', text: 'z' },
        { type: 'traces', url: 'http://t/#{traceID}/#{duration}', text: 'logs' },
      ],
    }),
  );
  assert.equal(patterns.length, 4);
  assert.deepEqual(tagLinks(patterns, 'tags', order!, span.tags, span, trace), [
    { url: `http://x/?o=7&u=a%20b&t=${trace.id}`, text: 'of a b' },
  ]);
  assert.deepEqual(tagLinks(patterns, 'tags', span.tags[1]!, span.tags, span, trace), []);
  assert.deepEqual(traceLinks(patterns, trace), [{ url: `http://t/${trace.id}/10`, text: 'logs' }]);
});

test('what is no pattern is said, and the others hold', () => {
  const good = { type: 'logs', key: 'event', url: 'vscode://file', text: 'open' };
  const { patterns, errors } = read(
    JSON.stringify([
      { type: 'span' },
      good,
      { ...good, url: 'JavaScript:alert(1)' },
      { ...good, key: 1 },
      null,
    ]),
  );
  assert.deepEqual(patterns, [{ type: 'logs', keys: ['event'], url: 'vscode://file', text: 'open' }]);
  assert.deepEqual(
    errors.map((each) => each.slice(0, 18)),
    ['pattern 1: "type" ', 'pattern 3: "url" i', 'pattern 4: "key" i', 'pattern 5: "type" '],
  );
  assert.match(read('{').errors.join(), /JSON/);
  assert.match(read('{}').errors.join(), /linkPatterns/);
  assert.equal(readLinkPatterns(join(folder, 'none')).errors.length, 1);
  assert.deepEqual(readLinkPatterns(undefined), { file: null, patterns: [], errors: [] });
});
