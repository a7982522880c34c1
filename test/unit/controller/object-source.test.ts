/** Guards how long an informer that failed waits until it is started again. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { ObjectSource } from '../../../src/controller/object-source';
import { FakeInformer } from './fake-informer';

test('the pause doubles up to 30 s while starting fails, and begins anew after a start that was well', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const informer = new FakeInformer();
    const pauses: number[] = [];
    const source = new ObjectSource(informer, {
      changed() {},
      failed: (_, pause) => pauses.push(pause),
    });
    informer.onStart = () => {
      // As client-node tells it: by an event, and its start resolves; every second time it rejects.
      if (pauses.length % 2 === 0) throw new Error('ECONNREFUSED');
      informer.emit('error', new Error('ECONNREFUSED'));
    };
    await source.start();
    while (pauses.length < 7) {
      mock.timers.tick(pauses.at(-1)!);
      await null;
    }
    assert.deepEqual(pauses, [1000, 2000, 4000, 8000, 16000, 30000, 30000]);
    informer.onStart = () => {};
    mock.timers.tick(30_000);
    for (let turn = 0; turn < 3; turn++) await null;
    informer.emit('error', new Error('reset'));
    assert.equal(pauses.at(-1), 1000);
    await source.stop();
    const { starts } = informer;
    mock.timers.tick(30_000);
    assert.equal(informer.starts, starts);
  } finally {
    mock.timers.reset();
  }
});
