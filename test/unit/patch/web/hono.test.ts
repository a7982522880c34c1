/**
 * Guards that the patch of Hono takes an application that no Node server stands behind for nothing unusual.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tools } from '../../../../src/patch/instrumentation';
import { patch } from '../../../../src/patch/web/hono';

const library = { name: 'hono', version: '4.0.0', file: '', directory: '' };

type Handler = (context: { env?: object | undefined }) => string;

class SmartRouter {
  readonly handlers: Handler[] = [];

  add(_method: string, _path: string, [handler]: [Handler, object]): void {
    this.handlers.push(handler);
  }
}

test('`app.fetch(request)` gives handlers no environment, and nothing fails', () => {
  const faults: unknown[] = [];
  const fault = (error: unknown) => faults.push(error);
  patch({ SmartRouter }, library, { options: { urlQuery: 'redact' }, fault } as unknown as Tools);
  const router = new SmartRouter();
  router.add('GET', '/orders/:id', [() => 'answer', {}]);
  for (const env of [undefined, {}, { incoming: undefined }])
    assert.equal(router.handlers[0]!({ env }), 'answer');
  assert.deepEqual(faults, []);
});
