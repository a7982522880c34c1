/**
 * Nothing that an application handles as a value is in any byte that is sent, under default settings; and keys that
 * the settings name are hidden in what the application records itself.
 */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { type PlainBatch, readEmitBatch } from '../support/read-batch';
import { needs, serviceEnv } from '../support/services';
import { runApp, spansOf, type TraceOptions, traceApp } from '../support/trace-app';

/** No word of any protocol, in letters that no escaping changes. */
const CANARY = 'zqcanaryvalue';

/** Runs the fixture and returns every byte that was sent. */
async function bytesOf(
  fixture: string,
  options: TraceOptions,
): Promise<{ packets: Buffer[]; stderr: string }> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
  const packets: Buffer[] = [];
  socket.on('message', (packet) => packets.push(packet));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  try {
    const run = await runApp(join(__dirname, fixture), {
      ...options,
      env: {
        ...serviceEnv,
        TRACING_AGENT_AGENT_HOST: '127.0.0.1',
        TRACING_AGENT_AGENT_PORT: String(socket.address().port),
        ...options.env,
      },
    });
    assert.deepEqual([run.stdout, run.code], ['done\n', 0]);
    // The process has ended: all of it is in the socket's queue, and read by the time of a packet of ours.
    const { port } = socket.address();
    while (packets.at(-1)?.toString() !== 'end') {
      const next = once(socket, 'message');
      socket.send('end', port, '127.0.0.1');
      await next;
    }
    return { packets: packets.filter((packet) => packet.toString() !== 'end'), stderr: run.stderr };
  } finally {
    socket.close();
  }
}

test('no value of an application is in any byte sent', async (t) => {
  if (!(await needs(t, 'postgres', 'mariadb', 'redis'))) return;
  for (const detail of ['request', 'middleware']) {
    const { packets, stderr } = await bytesOf('privacy-app.cjs', {
      args: [CANARY, `--token=${CANARY}`],
      env: {
        CANARY_HOLDER: CANARY,
        DATABASE_URL: `postgres://u:${CANARY}@h/d`,
        TRACING_AGENT_DETAIL: detail,
      },
    });
    const batches: PlainBatch[] = packets.map((packet) => readEmitBatch(packet));
    const spans = batches.flatMap((batch) => spansOf(batch));
    const found = spans.filter((span) => JSON.stringify(span).toLowerCase().includes(CANARY));
    assert.deepEqual(found, []);
    const all = Buffer.concat(packets).toString('latin1').toLowerCase();
    assert.ok(!all.includes(CANARY));
    assert.ok(!all.includes(Buffer.from(CANARY).toString('base64').toLowerCase().slice(0, 12)));
    assert.ok(!stderr.toLowerCase().includes(CANARY), stderr);
    // All of it was traced, or the test would say nothing.
    const systems = new Set(spans.map(({ tags }) => tags['db.system.name'] ?? tags['span.kind']));
    for (const system of ['server', 'client', 'postgresql', 'mariadb', 'redis'])
      assert.ok(systems.has(system), `no span of ${system} among ${[...systems]}`);
    const failed = spans.filter(({ tags }) => tags['db.system.name'] && tags['error.type']);
    assert.ok(failed.length >= 7, `${failed.length} failed queries`);
  }
});

test('the application records what it likes, but for the keys that redactKeys names', async () => {
  const own = join(__dirname, 'own-values.cjs');
  const plain = await traceApp(own);
  const of = (run: typeof plain) => run.spans.find(({ name }) => name === 'own')!;
  assert.equal(of(plain).tags['card.number'], 'value-1');
  const { tags, logs } = of(
    await traceApp(own, { env: { TRACING_AGENT_REDACT_KEYS: 'CARD.*,*password*,exception.message' } }),
  );
  assert.equal(tags['card.number'], 'REDACTED');
  assert.equal(tags['card.late'], 'REDACTED');
  assert.equal(tags['user.Password.hash'], 'REDACTED');
  assert.equal(tags.discard, 'value-4');
  assert.equal(logs[0]!.fields['card.event'], 'REDACTED');
  assert.equal(logs[1]!.fields['exception.message'], 'REDACTED');
});
