/**
 * Templates of routes, as they were registered and as they are joined below a mount path.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinTemplates, pathTemplate } from '../../../../src/patch/web/route-template';

test('a path is written as it was registered', () => {
  assert.equal(pathTemplate('/users/:id'), '/users/:id');
  assert.equal(pathTemplate(/^\/a\/(\d+)$/i), '/^\\/a\\/(\\d+)$/i');
  assert.equal(pathTemplate(['/a', [/b/, '/c']]), '/a,/b/,/c');
  assert.equal(pathTemplate(undefined), '');
});

test('templates join with one slash, and a root adds nothing', () => {
  assert.equal(joinTemplates('', '/'), '');
  assert.equal(joinTemplates('/api', '/'), '/api');
  assert.equal(joinTemplates('/api/', '/users'), '/api/users');
  assert.equal(joinTemplates('/api', '/users/:id'), '/api/users/:id');
  assert.equal(joinTemplates('', '/users'), '/users');
});
