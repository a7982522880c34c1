/**
 * Guards that traces and baggage go on between our agent, OpenTelemetry's SDK and jaeger-client, in separate processes,
 * in both directions and in every format.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { plainEnv, preloadFlags } from '../../support/trace-app';

type Maker = 'agent' | 'sdk' | 'jaeger';

const FORMATS = {
  w3c: { setting: 'tracecontext,baggage', peers: ['agent', 'sdk'], baggage: true },
  jaeger: { setting: 'jaeger', peers: ['agent', 'sdk', 'jaeger'], baggage: true },
  // Zipkin's headers have no place for baggage; jaeger-client's codec has one of its own.
  b3: { setting: 'b3', peers: ['agent', 'sdk'], baggage: false },
  b3multi: { setting: 'b3multi', peers: ['agent', 'sdk', 'jaeger'], baggage: false },
} as const;

async function start(t: TestContext, maker: Maker, format: keyof typeof FORMATS): Promise<number> {
  const { flags, env } = preloadFlags(maker === 'agent' ? 'require' : 'none');
  const child = spawn(process.execPath, [...flags, join(__dirname, 'peer.cjs'), maker, format], {
    env: {
      ...plainEnv(),
      ...env,
      OTEL_PROPAGATORS: FORMATS[format].setting,
      OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http',
      // Nothing is meant to arrive anywhere.
      OTEL_TRACES_EXPORTER: 'jaeger',
      OTEL_EXPORTER_JAEGER_AGENT_PORT: '9',
      TRACING_AGENT_LOG_LEVEL: 'none',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => child.stdin.end());
  const [line] = await once(createInterface(child.stdout), 'line');
  return Number(line);
}

for (const [format, { peers, baggage }] of Object.entries(FORMATS)) {
  for (const from of peers) {
    for (const to of peers) {
      if (from !== 'agent' && to !== 'agent') continue;
      test(`${format}: ${from} calls ${to}`, async (t) => {
        const ports = await Promise.all(
          [from, to].map((each) => start(t, each, format as keyof typeof FORMATS)),
        );
        const response = await fetch(`http://127.0.0.1:${ports[0]}/start?to=${ports[1]}`);
        const { traceId, parentId, seen } = (await response.json()) as any;
        assert.match(traceId, /^[0-9a-f]{32}$/);
        assert.equal(seen.traceId, traceId);
        // jaeger-client shows ids without their leading zeros.
        const [seenParent, parent] = [seen.parentId, parentId].map((id: string) => id?.padStart(16, '0'));
        assert.match(seenParent!, /^[0-9a-f]{16}$/);
        // The agent's client span is between the two.
        if (from !== 'agent') assert.equal(seenParent, parent);
        assert.equal(seen.sampled, 1);
        if (baggage) assert.equal(seen.baggage, 'blue ä');
      });
    }
  }
}
