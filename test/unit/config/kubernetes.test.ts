/**
 * Guards that Jaeger is found by the variables that Kubernetes sets for its services.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Environment } from '../../../src/config/parser';
import { resolveConfig } from '../../../src/config/resolve';

function found(env: Environment): unknown[] {
  const { config, problems } = resolveConfig({ env });
  assert.deepEqual(problems, []);
  return config.endpoint === undefined
    ? [config.agentHost, config.agentPort, config.agentProtocol]
    : [config.endpoint];
}

/** As set for the service of Pachyderm's jaeger-all-in-one.yaml. */
const PACHYDERM = {
  JAEGER_COLLECTOR_SERVICE_HOST: '10.0.0.5',
  JAEGER_COLLECTOR_SERVICE_PORT: '14267',
  JAEGER_COLLECTOR_SERVICE_PORT_JAEGER_COLLECTOR_TCHANNEL: '14267',
  JAEGER_COLLECTOR_SERVICE_PORT_JAEGER_COLLECTOR_HTTP: '14268',
  JAEGER_COLLECTOR_SERVICE_PORT_JAEGER_COLLECTOR_ZIPKIN: '9411',
  JAEGER_COLLECTOR_PORT: 'tcp://10.0.0.5:14267',
  JAEGER_COLLECTOR_PORT_14267_TCP: 'tcp://10.0.0.5:14267',
};

test('the collector is found, by the port that takes Thrift over HTTP', () => {
  assert.deepEqual(found(PACHYDERM), ['http://10.0.0.5:14268/api/traces']);
  const renumbered = {
    JAEGER_COLLECTOR_SERVICE_PORT_HTTP_GRPC: '81',
    JAEGER_COLLECTOR_SERVICE_PORT_HTTP_ZIPKIN: '82',
    ...PACHYDERM,
    JAEGER_COLLECTOR_SERVICE_PORT_JAEGER_COLLECTOR_HTTP: '80',
  };
  assert.deepEqual(found(renumbered), ['http://10.0.0.5/api/traces']);
  assert.deepEqual(
    found({ JAEGER_COLLECTOR_SERVICE_HOST: 'fd00::5', JAEGER_COLLECTOR_SERVICE_PORT: '14268' }),
    ['http://[fd00::5]:14268/api/traces'],
  );
});

test('a collector that offers only gRPC is not found', () => {
  assert.deepEqual(
    found({
      JAEGER_COLLECTOR_SERVICE_HOST: '10.0.0.5',
      JAEGER_COLLECTOR_SERVICE_PORT: '14250',
      JAEGER_COLLECTOR_SERVICE_PORT_GRPC: '14250',
    }),
    ['localhost', 6831, 'compact'],
  );
});

test('the agent is found, by the port that takes Thrift compact, else binary', () => {
  const agent = {
    JAEGER_AGENT_SERVICE_HOST: '10.0.0.9',
    JAEGER_AGENT_SERVICE_PORT: '5775',
    JAEGER_AGENT_SERVICE_PORT_ZK_COMPACT_TRFT: '5775',
    JAEGER_AGENT_SERVICE_PORT_CONFIG_REST: '5778',
    JAEGER_AGENT_PORT: 'udp://10.0.0.9:5775',
  };
  const compact = { JAEGER_AGENT_SERVICE_PORT_JG_COMPACT_TRFT: '6831' };
  const binary = { JAEGER_AGENT_SERVICE_PORT_JG_BINARY_TRFT: '6832' };
  assert.deepEqual(found({ ...agent, ...binary, ...compact }), ['10.0.0.9', 6831, 'compact']);
  assert.deepEqual(found({ ...agent, ...binary }), ['10.0.0.9', 6832, 'binary']);
  assert.deepEqual(found({ ...agent, JAEGER_AGENT_SERVICE_PORT_JG_BINARY: '7000' }), [
    '10.0.0.9',
    7000,
    'binary',
  ]);
  assert.deepEqual(found({ JAEGER_AGENT_SERVICE_HOST: '10.0.0.9' }), ['10.0.0.9', 6831, 'compact']);
});

test('of collector and agent the collector is used', () => {
  assert.deepEqual(found({ ...PACHYDERM, JAEGER_AGENT_SERVICE_HOST: '10.0.0.9' }), [
    'http://10.0.0.5:14268/api/traces',
  ]);
});

test('whatever a person set wins, and a found port stays with the found host', () => {
  assert.deepEqual(found({ ...PACHYDERM, TRACES_EXPORTER_JAEGER_AGENT_HOST: 'node' }), [
    'node',
    6831,
    'compact',
  ]);
  assert.deepEqual(found({ ...PACHYDERM, JAEGER_ENDPOINT: 'me:1' }), ['http://me:1/api/traces']);
  const agent = { JAEGER_AGENT_SERVICE_HOST: '10.0.0.9', JAEGER_AGENT_SERVICE_PORT_JG_BINARY: '7000' };
  assert.deepEqual(found({ ...agent, JAEGER_AGENT_HOST: 'node' }), ['node', 6831, 'compact']);
});
