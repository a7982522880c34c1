/** Guards the protocol of Jaeger's throttler: what is asked, how credits add up and are spent, and answers that are none. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setLogWriter } from '../../../src/diagnostics/log';
import { DebugCredits } from '../../../src/sample/debug-credits';

/** A throttler whose answers are given one after the other, the last again and again. */
async function throttler(t: TestContext, ...answers: string[]) {
  const asked: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    asked.push(new URL(request.url!, 'http://x').searchParams);
    response.end(answers[Math.min(asked.length, answers.length) - 1]);
    server.emit('answered');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const credits = new DebugCredits({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/credits`,
    serviceName: 'shop',
    interval: 10,
  });
  t.after(() => {
    credits.stop();
    server.close();
  });
  // The timers of the agent hold no process; this one waits for them.
  const hold = setInterval(() => {}, 1_000);
  t.after(() => clearInterval(hold));
  credits.start();
  return { asked, credits, answered: () => once(server, 'answered') };
}

const balance = (operation: string, amount: number) =>
  JSON.stringify({ balances: [{ operation, balance: amount }] });

test('an operation waits for credits, which add up, and each debug trace costs one', async (t) => {
  const { asked, credits, answered } = await throttler(t, balance('GET', 1.5), balance('GET', 0));
  assert.equal(credits.take('GET'), false);
  await answered();
  assert.deepEqual([asked[0]!.get('service'), asked[0]!.getAll('operations')], ['shop', ['GET']]);
  assert.match(asked[0]!.get('uuid')!, /^[0-9a-f-]{36}$/);
  await answered();
  assert.equal(credits.take('GET'), true);
  assert.equal(credits.take('GET'), false, 'half a credit is left');
  assert.equal(credits.take('POST'), false);
  await answered();
  assert.equal(asked[0]!.get('uuid'), asked.at(-1)!.get('uuid'));
});

test('answers that are none change nothing and are said once', async (t) => {
  const lines: string[] = [];
  setLogWriter((line) => lines.push(line));
  const { credits, answered } = await throttler(
    t,
    'nonsense',
    '{}',
    JSON.stringify({
      balances: [null, { operation: '__proto__', balance: 9 }, { operation: 'GET', balance: -5 }],
    }),
  );
  credits.take('GET');
  for (let index = 0; index < 4; index++) await answered();
  assert.equal(credits.take('GET'), false);
  assert.equal(lines.filter((line) => line.includes('TA_SAMPLING_FAILED')).length, 1);
  assert.equal(({} as Record<string, unknown>).operation, undefined);
});
