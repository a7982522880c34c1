/**
 * Guards where the service's name comes from.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSurroundings } from '../../../src/config/environment';
import { behindPm2 } from '../../../src/config/pm2';
import { resolveConfig } from '../../../src/config/resolve';

test('in the order OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, JAEGER, TRACES, package.json, unknown', () => {
  const env: Record<string, string> = {
    OTEL_SERVICE_NAME: 'otel',
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=attribute,a=1',
    JAEGER_SERVICE_NAME: 'jaeger',
    TRACES_EXPORTER_JAEGER_SERVICE_NAME: 'traces',
  };
  const found: string[] = [];
  const readFile = (path: string) =>
    path === join('/app', 'package.json') ? '{"name": "@shop/cart"}' : undefined;
  const of = (mainScript?: string) => resolveConfig({ env, mainScript, directory: '/elsewhere', readFile });
  for (const name of Object.keys(env)) {
    const { config } = of('/app/dist/main.js');
    assert.equal(config.resourceAttributes['service.name'], undefined);
    found.push(config.serviceName);
    delete env[name];
  }
  found.push(of('/app/dist/main.js').config.serviceName, of().config.serviceName);
  assert.deepEqual(found, ['otel', 'attribute', 'jaeger', 'traces', '@shop/cart', 'unknown_service:node']);
  assert.deepEqual(of('/app/main.js').sources.serviceName, {
    kind: 'package',
    name: join('/app', 'package.json'),
  });
});

test('a package.json without a name, or that is no JSON, is passed over on the way up', () => {
  const files: Record<string, string> = {
    [join('/app', 'dist', 'esm', 'package.json')]: '{"type": "module"}',
    [join('/app', 'dist', 'package.json')]: '{',
    [join('/app', 'package.json')]: '{"name": "shop"}',
  };
  const { config } = resolveConfig({ mainScript: '/app/dist/esm/main.js', readFile: (path) => files[path] });
  assert.equal(config.serviceName, 'shop');
});

test('a tool below node_modules runs the application around it', () => {
  const files: Record<string, string> = {
    [join('/app', 'node_modules', 'next', 'package.json')]: '{"name": "next"}',
    [join('/app', 'package.json')]: '{"name": "shop"}',
  };
  const { config } = resolveConfig({
    mainScript: '/app/node_modules/next/dist/bin/next',
    readFile: (path) => files[path],
  });
  assert.equal(config.serviceName, 'shop');
});

test('no file is read where a name is set, or the agent is off', () => {
  const readFile = (): never => assert.fail('read a file');
  for (const env of [{ OTEL_SERVICE_NAME: 'shop' }, { OTEL_SDK_DISABLED: 'true' }]) {
    resolveConfig({ env, mainScript: '/app/main.js', readFile });
  }
});

test("the process's own surroundings name a package", () => {
  const { config } = resolveConfig(readSurroundings({}));
  assert.equal(config.serviceName, 'tracing-agent');
});

test("the script that pm2 starts counts, and its variables in cluster mode; a child's own script is its own", () => {
  const fork = '/usr/lib/node_modules/pm2/lib/ProcessContainerFork.js';
  const env = { pm_exec_path: '/app/main.js', NODE_OPTIONS: '-r a' };
  assert.deepEqual(behindPm2(fork, env), { mainScript: '/app/main.js', env });
  assert.equal(behindPm2(fork.replaceAll('/', '\\'), env).mainScript, '/app/main.js');
  for (const own of ['/app/child.js', '/app/ProcessContainerFork.js', undefined])
    assert.deepEqual(behindPm2(own, env), { mainScript: own, env });
  assert.equal(behindPm2(fork, {}).mainScript, fork);

  const cluster = '/app/node_modules/pm2/lib/ProcessContainer.js';
  const given = {
    pm_exec_path: '/app/x.js',
    OTEL_SERVICE_NAME: 'shop',
    NODE_OPTIONS: '-r b',
    n: 1,
    no: null,
  };
  const outer = { A: '1', NODE_OPTIONS: '-r a', pm2_env: JSON.stringify({ ...given, env: {} }) };
  const { mainScript, env: inner } = behindPm2(cluster, outer);
  assert.equal(mainScript, '/app/x.js');
  // Node has read its options from the daemon's variables.
  const { pm2_env: _, ...rest } = inner;
  assert.deepEqual(rest, {
    A: '1',
    n: '1',
    NODE_OPTIONS: '-r a',
    OTEL_SERVICE_NAME: 'shop',
    pm_exec_path: '/app/x.js',
  });
  for (const odd of ['', '{', 'null', '1', '[]'])
    assert.equal(behindPm2(cluster, { pm2_env: odd }).mainScript, cluster);
});
