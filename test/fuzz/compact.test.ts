/**
 * The rounds of fuzz-rounds.ts over Thrift's compact protocol; a file of its own, so that both run at a time.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz, SPANS } from './fuzz-rounds';

test('compact: whatever ends, packets hold it unchanged and in order, or its loss is counted by cause', (t) => {
  const ended = fuzz('test/fuzz/compact.test.ts', 'compact', ['message', 'bare']);
  t.diagnostic(`${ended} spans`);
  assert.ok(ended >= SPANS || process.env.FUZZ_ROUNDS);
});
