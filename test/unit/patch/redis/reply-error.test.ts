/**
 * What a Redis span says of a failure: the error's prefix or class, never its message.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Span } from '@opentelemetry/api';
import type { Tools } from '../../../../src/patch/instrumentation';
import { endFailedSpan, firstError } from '../../../../src/patch/redis/reply-error';

/** Ends a span with `error`; gives what the span was told. */
function told(error: unknown): { attributes: Record<string, unknown>; error: unknown; faults: unknown[] } {
  const attributes: Record<string, unknown> = {};
  const faults: unknown[] = [];
  let ended: unknown = 'never';
  const span = {
    setAttribute: (name: string, value: unknown) => (attributes[name] = value),
  } as unknown as Span;
  const tools = {
    endClientSpan: (_span: Span, cause?: unknown) => (ended = cause),
    fault: (cause: unknown) => faults.push(cause),
  } as unknown as Tools;
  endFailedSpan(tools, span, error);
  return { attributes, error: ended, faults };
}

class ReplyError extends Error {
  override name = 'ReplyError';
}
class SimpleError extends Error {}
class ClientClosedError extends Error {}

test("Redis' own errors are told by their prefix", () => {
  for (const error of [new ReplyError('WRONGTYPE Operation against …'), new SimpleError('WRONGTYPE')]) {
    assert.deepEqual(told(error), {
      attributes: { 'db.response.status_code': 'WRONGTYPE' },
      error: { code: 'WRONGTYPE' },
      faults: [],
    });
  }
});

test('a text of a script in place of the prefix stays out', () => {
  for (const text of ['secret text', 'Secret', '', 'KEY:7 x', 'A'.repeat(25), 'X']) {
    const { attributes, error } = told(new ReplyError(text));
    assert.deepEqual(attributes, {}, text);
    assert.deepEqual(error, { code: undefined, name: 'ReplyError' });
  }
  assert.equal(told(new ReplyError('A'.repeat(24))).attributes['db.response.status_code'], 'A'.repeat(24));
});

test("the client's errors are told by code or class", () => {
  assert.deepEqual(told(new ClientClosedError('ERR x')).error, {
    code: undefined,
    name: 'ClientClosedError',
  });
  const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:6379'), { code: 'ECONNREFUSED' });
  assert.deepEqual(told(refused).error, { code: 'ECONNREFUSED', name: 'Error' });
});

test('whatever an application rejects with ends the span', () => {
  const hostile = new Error('x');
  Object.defineProperty(hostile, 'name', { get: () => assert.fail('asked') });
  for (const error of [null, undefined, 'text', 7, {}]) assert.notEqual(told(error).error, 'never');
  const { error, faults } = told(hostile);
  assert.notEqual(error, 'never');
  assert.equal(faults.length, 1);
});

test('the first failed command of a batch is its failure', () => {
  const error = new Error('a');
  assert.equal(firstError(['OK', error, new Error('b')]), error);
  assert.equal(firstError(['OK']), undefined);
  assert.equal(firstError(undefined), undefined);
});
