/**
 * Guards deploy/compose.yaml: it is valid Compose, it publishes Jaeger's ports for this machine alone, and its two services,
 * run as their containers would be, send one trace to real Jaeger.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { repository } from '../support/cache';
import { type ComposeService, compose, needsDeployTools } from '../support/deploy-tools';
import { startJaeger } from '../support/jaeger';
import { startService } from '../support/service-process';
import { needs } from '../support/services';

const file = 'deploy/compose.yaml';

test('it publishes the ports of Jaeger, on the loopback address only', (t) => {
  if (!needsDeployTools(t)) return;
  const { services } = compose(file);
  const published = services.jaeger!.ports!.map(({ target, protocol }) => `${target}/${protocol}`);
  assert.deepEqual(published, [
    '6831/udp',
    '6832/udp',
    '14268/tcp',
    '4317/tcp',
    '4318/tcp',
    '5778/tcp',
    '16686/tcp',
  ]);
  for (const [name, { ports = [] }] of Object.entries(services)) {
    for (const { host_ip, target, published } of ports) {
      assert.equal(host_ip, '127.0.0.1', name);
      assert.equal(published, String(target), name);
    }
  }
});

test('its services, run as their containers would be, make one trace', { timeout: 120_000 }, async (t) => {
  if (!needsDeployTools(t) || !(await needs(t, 'jaeger'))) return;
  const { services } = compose(file);
  const folder = mkdtempSync(join(tmpdir(), 'compose-'));
  t.after(() => rmSync(folder, { recursive: true }));
  execFileSync(process.execPath, [join(repository, 'scripts/image.mjs'), folder]);
  const volume = join(folder, 'volume');
  execFileSync('mkdir', [volume]);
  const agent = services['tracing-agent']!;
  assert.equal(agent.volumes![0]!.target, '/tracing-agent');
  const [command, ...args] = agent.command!.map((each) =>
    each
      .replace('/autoinstrumentation/', `${folder}/autoinstrumentation/`)
      .replace(/^\/tracing-agent$/, volume),
  );
  execFileSync(command!, args);

  const jaeger = await startJaeger();
  t.after(() => jaeger.stop());
  const start = async (service: ComposeService, names: string) => {
    assert.equal(service.depends_on!['tracing-agent']!.condition, 'service_completed_successfully');
    const [node, script] = service.command!;
    assert.equal(node, 'node');
    const mounted = service.volumes!.find(({ target }) => target === '/app')!;
    const path = script!.replace('/app', mounted.source);
    assert.ok(existsSync(path), path);
    const env = Object.fromEntries(
      Object.entries(service.environment!).map(([name, value]) => [
        name,
        value
          .replace('/tracing-agent/', `${volume}/`)
          .replace(/^jaeger$/, '127.0.0.1')
          .replace('names:3000', names),
      ]),
    );
    return startService(path, {
      preload: 'none',
      env: { ...env, PORT: '0', TRACING_AGENT_AGENT_PORT: String(jaeger.compactPort) },
    });
  };
  const names = await start(services.names!, '');
  const greeter = await start(services.greeter!, `127.0.0.1:${names.port}`);
  const answer = await fetch(`http://127.0.0.1:${greeter.port}/`);
  assert.equal(await answer.text(), 'hello world\n');
  assert.equal((await greeter.stop()).stderr, '');
  assert.equal((await names.stop()).stderr, '');
  const [trace] = await jaeger.findTracesOf('greeter', 3);
  assert.deepEqual(trace!.map(({ service, name }) => `${service}: ${name}`).sort(), [
    'greeter: GET',
    'greeter: GET',
    'names: GET',
  ]);
});
