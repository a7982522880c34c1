/**
 * Where Jaeger can't be reached, the application is as it is without the agent, and one line says why there are no traces.
 */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodes } from '../support/nodes';
import { runApp } from '../support/trace-app';

const fixture = join(__dirname, 'fixtures/answers.cjs');
/** Spans are sent several times in the fixture's life. */
const often = { OTEL_BSP_SCHEDULE_DELAY: '50' };

const cases: { name: string; says: RegExp; env: () => Promise<Record<string, string>> }[] = [
  {
    name: 'an agent host that no name server knows',
    says: /nowhere\.invalid.*TA_AGENT_UNRESOLVED/,
    env: async () => ({ OTEL_EXPORTER_JAEGER_AGENT_HOST: 'nowhere.invalid' }),
  },
  {
    name: 'an agent port where nothing listens',
    says: /127\.0\.0\.1:\d+.*TA_AGENT_REFUSED/,
    env: async () => ({
      OTEL_EXPORTER_JAEGER_AGENT_HOST: '127.0.0.1',
      OTEL_EXPORTER_JAEGER_AGENT_PORT: String(await closedUdpPort()),
    }),
  },
  {
    name: 'a collector port where nothing listens',
    says: /http:\/\/127\.0\.0\.1:\d+\/api\/traces.*TA_COLLECTOR_FAILED/,
    env: async () => ({
      OTEL_EXPORTER_JAEGER_ENDPOINT: `http://127.0.0.1:${await closedTcpPort()}/api/traces`,
    }),
  },
];

for (const { name, path: node } of nodes) {
  for (const { name: what, says, env } of cases) {
    test(`${what}: same answers, stdout and exit code as without the agent, one line on stderr (Node ${name})`, async () => {
      const [bare, traced] = await Promise.all([
        runApp(fixture, { node, preload: 'none' }),
        runApp(fixture, { node, env: { ...often, ...(await env()) } }),
      ]);
      assert.equal(bare.code, 7, bare.stderr);
      assert.match(bare.stdout, /^200 answer to \/a\n404 answer to \/missing\n/);
      assert.deepEqual(
        { stdout: traced.stdout, code: traced.code, signal: traced.signal },
        { stdout: bare.stdout, code: bare.code, signal: bare.signal },
      );
      assert.equal(bare.stderr, '');
      assert.match(traced.stderr, says);
      assert.equal(traced.stderr.trimEnd().split('\n').length, 1, traced.stderr);
    });
  }
}

/** A port that was free a moment ago; the socket is closed again, so a packet to it is refused. */
async function closedUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await once(socket.close(), 'close');
  return port;
}

async function closedTcpPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}
