/**
 * Guards the two cases of Pachyderm's "Troubleshooting", each made with real processes and a real Jaeger: what its page
 * shows, which of the two doesn't report, what to do, and that it helps.
 * https://github.com/pachyderm/pachyderm/blob/v1.9.0/doc/docs/developer-docs/tracing.md
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { cli } from '../cli/run-cli';
import { type Jaeger, type StoredSpan, startJaeger } from '../support/jaeger';
import { startService } from '../support/service-process';
import { needs } from '../support/services';
import { runApp } from '../support/trace-app';

const fixtures = join(__dirname, 'fixtures');
let jaeger: Jaeger | undefined;
before(async () => {
  if (await needs({ skip: () => {} }, 'jaeger')) jaeger = await startJaeger();
});
after(() => jaeger?.stop());

/** What Kubernetes gives to a pod that is younger than the services of jaeger-all-in-one.yaml. */
function serviceVariables(): Record<string, string> {
  const { hostname, port } = new URL(jaeger!.collectorUrl);
  return {
    JAEGER_COLLECTOR_SERVICE_HOST: hostname,
    JAEGER_COLLECTOR_SERVICE_PORT: port,
    JAEGER_COLLECTOR_SERVICE_PORT_JAEGER_COLLECTOR_HTTP: port,
    JAEGER_COLLECTOR_PORT: `tcp://${hostname}:${port}`,
  };
}

/** A port-forward to Jaeger's collector, as a shell is told of it: `JAEGER_ENDPOINT=host:port`. */
const forwarded = () => ({ JAEGER_ENDPOINT: new URL(jaeger!.collectorUrl).host });

/** One traced command, and the daemon that it asks; both as they are started with these settings. */
async function traced(
  command: Record<string, string>,
  daemon: Record<string, string>,
): Promise<{ traceId: string; stderr: string; daemonPort: number }> {
  const service = await startService(join(fixtures, 'daemon.cjs'), {
    env: { ...daemon, OTEL_SERVICE_NAME: 'pachd' },
  });
  const shell = { TRACING_AGENT_ON_DEMAND: 'true', TRACING_AGENT_PROCESS_SPAN: 'true' };
  const { stdout, stderr, code } = await runApp(join(fixtures, 'list-jobs.cjs'), {
    env: {
      ...shell,
      ...command,
      OTEL_SERVICE_NAME: 'pachctl',
      TRACING_AGENT_ENABLE: 'true',
      DAEMON_PORT: String(service.port),
    },
  });
  const ended = await service.stop();
  assert.deepEqual([code, ended.code], [0, 0]);
  const headers = JSON.parse(stdout) as Record<string, string>;
  return { traceId: headers.traceparent!.split('-')[1]!, stderr, daemonPort: service.port };
}

async function doctor(traceId: string): Promise<{ code: number | null; text: string }> {
  const { stdout, code } = await cli(['doctor', '--query', jaeger!.queryUrl, '--trace-id', traceId]);
  return { code, text: stdout };
}

const names = (spans: StoredSpan[]) =>
  spans.map(({ service, tags }) => `${service} ${tags['span.kind'] ?? 'process'}`);

test('<trace-without-root-span>: the daemon has found Jaeger, the command has not', async (t) => {
  if (!(await needs(t, 'jaeger'))) return;
  const JAEGER_ENDPOINT = await nobody();
  const { traceId, stderr } = await traced({ JAEGER_ENDPOINT }, serviceVariables());
  const spans = await jaeger!.findTrace(traceId, 1);
  assert.deepEqual(names(spans), ['pachd server']);
  assert.doesNotMatch(spans[0]!.parentSpanId, /^0*$/);
  // The command has said so itself, once, where it failed.
  assert.match(stderr, /^tracing-agent: [^\n]*ECONNREFUSED[^\n]*\n$/);
  const { code, text } = await doctor(traceId);
  assert.equal(code, 1);
  assert.match(
    text,
    /pachd reports, but its caller does not: .*never arrived \(Jaeger shows <trace-without-root-span>\)/,
  );
  assert.match(text, /→ set Jaeger's address where the caller of pachd runs.*port-forward/);
  // What it says to do next, in the command's own shell.
  const shell = await cli(['doctor'], { env: { JAEGER_ENDPOINT, OTEL_SERVICE_NAME: 'pachctl' } });
  assert.equal(shell.code, 1);
  assert.match(shell.stdout, /^FAIL +collector .*ECONNREFUSED/m);
});

test('a trace without children: the command has found Jaeger, the daemon is older than its services', async (t) => {
  if (!(await needs(t, 'jaeger'))) return;
  // Without variables it sends to this machine's agent, which here is at a port where nobody is.
  const older = { TRACING_AGENT_AGENT_PORT: (await nobody()).split(':')[1]! };
  const { traceId, daemonPort } = await traced(forwarded(), older);
  const spans = await jaeger!.findTrace(traceId, 2);
  assert.deepEqual(names(spans).sort(), ['pachctl client', 'pachctl process']);
  const { code, text } = await doctor(traceId);
  assert.equal(code, 1);
  const peer = `127\\.0\\.0\\.1:${daemonPort}`;
  assert.match(text, new RegExp(`pachctl reports its call of ${peer}, but ${peer} does not report`));
  assert.match(text, /→ .*a pod that is older than the Jaeger service has to be restarted/);
});

test('and after its restart, with the port-forward: the trace is whole', async (t) => {
  if (!(await needs(t, 'jaeger'))) return;
  const { traceId, stderr } = await traced(forwarded(), serviceVariables());
  assert.equal(stderr, '');
  const spans = await jaeger!.findTrace(traceId, 3);
  assert.deepEqual(names(spans).sort(), ['pachctl client', 'pachctl process', 'pachd server']);
  const { code, text } = await doctor(traceId);
  assert.equal(code, 0, text);
  assert.match(text, /whole: 3 spans of .*pachctl/);
});

/** A host and port where nobody listens. */
async function nobody(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return `127.0.0.1:${port}`;
}
