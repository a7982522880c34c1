/**
 * Guards which instrumentations the settings choose, where lists, switches and options say different things.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveConfig } from '../../../src/config/resolve';
import { chosenBy } from '../../../src/patch/chosen';

const NAMES = ['http', 'pg', 'socket.io', 'aws-sdk', 'dns'];

/** The names that are chosen with these variables; `dns` stands for what is off by default. */
function chosen(env: Record<string, string>): string[] {
  const wanted = chosenBy(resolveConfig({ env }).config);
  return NAMES.filter((instrumentation) => wanted({ instrumentation }, instrumentation !== 'dns'));
}

test('without settings all are used but those that are off by default', () => {
  assert.deepEqual(chosen({}), ['http', 'pg', 'socket.io', 'aws-sdk']);
});

test('a list names the only ones, and one that is off by default if it holds it', () => {
  assert.deepEqual(chosen({ OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'pg,dns' }), ['pg', 'dns']);
});

test('switches take OpenTelemetry’s names, and add to the lists', () => {
  assert.deepEqual(
    chosen({
      OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'pg',
      OTEL_INSTRUMENTATION_SOCKET_IO_ENABLED: 'true',
      OTEL_INSTRUMENTATION_AWS_SDK_ENABLED: 'true',
    }),
    ['pg', 'socket.io', 'aws-sdk'],
  );
  assert.deepEqual(
    chosen({ OTEL_INSTRUMENTATION_SOCKET_IO_ENABLED: 'false', OTEL_INSTRUMENTATION_DNS_ENABLED: 'true' }),
    ['http', 'pg', 'aws-sdk', 'dns'],
  );
});

test('what is left out stays out, whatever else names it', () => {
  assert.deepEqual(
    chosen({
      OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'pg',
      OTEL_INSTRUMENTATION_PG_ENABLED: 'true',
      OTEL_INSTRUMENTATION_HTTP_ENABLED: 'false',
      TRACING_AGENT_ADDITIONAL_INSTRUMENTATIONS: 'http',
    }),
    ['socket.io', 'aws-sdk'],
  );
});

test('the option `enabled` of an instrumentation is a switch too', () => {
  const TRACING_AGENT_INSTRUMENTATION_OPTIONS = '{"dns":{"enabled":true},"pg":{"enabled":false}}';
  assert.deepEqual(chosen({ TRACING_AGENT_INSTRUMENTATION_OPTIONS }), [
    'http',
    'socket.io',
    'aws-sdk',
    'dns',
  ]);
});

test('a switch that is neither true nor false, and options that are no JSON, are named and have no effect', () => {
  const { problems, config } = resolveConfig({
    env: {
      OTEL_INSTRUMENTATION_PG_ENABLED: 'maybe',
      TRACING_AGENT_INSTRUMENTATION_OPTIONS: '{graphql}',
    },
  });
  assert.deepEqual(problems.map(({ name, problem }) => [name, problem]).sort(), [
    ['OTEL_INSTRUMENTATION_PG_ENABLED', 'is neither true nor false'],
    ['TRACING_AGENT_INSTRUMENTATION_OPTIONS', 'is not JSON'],
  ]);
  assert.deepEqual(config.disabledInstrumentations, []);
  assert.deepEqual(config.instrumentationOptions, {});
});
