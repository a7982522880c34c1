/**
 * Guards that who subscribes to Node's channel of finished responses is in the request's context, though Node's own
 * listener is called without it.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { floorNodes, nodes } from '../../support/nodes';
import { traceApp } from '../../support/trace-app';

for (const node of [...floorNodes, ...nodes]) {
  test(`Node ${node.name}: a subscriber of finished responses sees the request's span`, async () => {
    const { stdout } = await traceApp(join(__dirname, 'finish-subscriber.cjs'), { node: node.path });
    assert.equal(stdout, '/one inside, /two inside\n');
  });
}
