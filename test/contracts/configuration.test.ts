/**
 * Holds the options table, docs/configuration.md and the resolved settings together.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { renderConfiguration } from '../../scripts/docs';
import { optionNames, options } from '../../src/config/options';
import { resolveConfig } from '../../src/config/resolve';
import { kindOfVariable, outranks } from '../../src/config/source';
import { codes } from '../../src/diagnostics/codes';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'configuration.md'), 'utf8');
const VARIABLE = /\b(?:TRACING_AGENT|OTEL|JAEGER|TRACES)_[A-Z0-9_]+\b/g;

/** The variables that other systems' users have set already, from their own documentation. */
const MUST_BE_READ = `
OTEL_TRACES_EXPORTER TRACES_EXPORTER
OTEL_EXPORTER_JAEGER_AGENT_HOST OTEL_EXPORTER_JAEGER_AGENT_PORT JAEGER_AGENT_HOST JAEGER_AGENT_PORT
TRACES_EXPORTER_JAEGER_AGENT_HOST TRACES_EXPORTER_JAEGER_AGENT_PORT
OTEL_EXPORTER_JAEGER_ENDPOINT OTEL_EXPORTER_JAEGER_USER OTEL_EXPORTER_JAEGER_PASSWORD OTEL_EXPORTER_JAEGER_TIMEOUT
JAEGER_ENDPOINT JAEGER_USER JAEGER_PASSWORD JAEGER_AUTH_TOKEN
JAEGER_COLLECTOR_SERVICE_HOST JAEGER_COLLECTOR_SERVICE_PORT JAEGER_AGENT_SERVICE_HOST JAEGER_AGENT_SERVICE_PORT
OTEL_SERVICE_NAME OTEL_RESOURCE_ATTRIBUTES JAEGER_SERVICE_NAME TRACES_EXPORTER_JAEGER_SERVICE_NAME
JAEGER_TAGS TRACES_EXPORTER_JAEGER_TAGS
OTEL_TRACES_SAMPLER OTEL_TRACES_SAMPLER_ARG JAEGER_SAMPLER_TYPE JAEGER_SAMPLER_PARAM TRACES_SAMPLER TRACES_SAMPLER_ARG
JAEGER_SAMPLER_MANAGER_HOST_PORT JAEGER_SAMPLING_ENDPOINT JAEGER_SAMPLER_REFRESH_INTERVAL JAEGER_SAMPLER_MAX_OPERATIONS
OTEL_BSP_SCHEDULE_DELAY OTEL_BSP_MAX_QUEUE_SIZE OTEL_BSP_MAX_EXPORT_BATCH_SIZE OTEL_BSP_EXPORT_TIMEOUT
JAEGER_REPORTER_MAX_QUEUE_SIZE JAEGER_REPORTER_FLUSH_INTERVAL JAEGER_REPORTER_LOG_SPANS JAEGER_REPORTER_TIMEOUT
TRACES_JAEGER_MAX_MSGS_PER_SECOND TRACES_EXPORTER_JAEGER_MAX_PACKET_SIZE
OTEL_PROPAGATORS JAEGER_PROPAGATION JAEGER_TRACEID_128BIT
TRACES_EXPORTER_JAEGER_TRACE_CONTEXT_HEADER_NAME TRACES_EXPORTER_JAEGER_DEBUG_NAME
OTEL_SDK_DISABLED JAEGER_DISABLED
OTEL_NODE_ENABLED_INSTRUMENTATIONS OTEL_NODE_DISABLED_INSTRUMENTATIONS OTEL_LOG_LEVEL
OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT OTEL_SPAN_EVENT_COUNT_LIMIT OTEL_SPAN_LINK_COUNT_LIMIT OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT
`
  .trim()
  .split(/\s+/);

const inTable = new Set(
  optionNames.flatMap((name) => [
    ...options[name].env,
    ...(options[name].discovered ?? []),
    ...(options[name].readElsewhere ?? []),
  ]),
);

test('every variable of the systems that we are compatible with is in the table', () => {
  assert.deepEqual(
    MUST_BE_READ.filter((name) => !inTable.has(name)),
    [],
  );
});

test('docs/configuration.md is what the table makes: run `npx tsx scripts/docs.ts`', () => {
  assert.equal(page, renderConfiguration());
});

test('docs/configuration.md names each option and each variable of the table, and no other', () => {
  const headings = [...page.matchAll(/^### (\w+)$/gm)].map((match) => match[1]!);
  assert.deepEqual([...headings].sort(), [...optionNames].sort());
  const named = new Set(page.match(VARIABLE));
  named.delete('TRACING_AGENT_');
  // A name for each instrumentation.
  named.delete('OTEL_INSTRUMENTATION_');
  assert.deepEqual([...named].sort(), [...inTable].sort());
});

test("an option's own variable is TRACING_AGENT_ and its name in capitals", () => {
  for (const name of optionNames) {
    const capitals = name.replace(/([a-z])([A-Z0-9])|([0-9])([A-Z])/g, '$1$3_$2$4').toUpperCase();
    assert.equal(options[name].env[0], `TRACING_AGENT_${capitals}`);
  }
});

test('variables stand in the order of precedence, and none serves two options', () => {
  const seen = new Set<string>();
  for (const name of optionNames) {
    const sources = options[name].env.map((each) => ({ kind: kindOfVariable(each), name: each }));
    for (const [index, source] of sources.entries()) {
      assert.ok(!seen.has(source.name), source.name);
      seen.add(source.name);
      if (index > 0) assert.ok(!outranks(source, sources[index - 1]!), source.name);
    }
  }
});

test('the resolved settings hold the options of the table, and no other', () => {
  const { config, sources } = resolveConfig();
  assert.deepEqual(Object.keys(sources).sort(), [...optionNames].sort());
  const joined = ['samplerArgument', 'enable'];
  assert.deepEqual(Object.keys(config).sort(), optionNames.filter((name) => !joined.includes(name)).sort());
});

test('every variable that a message of the agent names exists', () => {
  for (const { text, next } of Object.values(codes())) {
    for (const name of `${text} ${next}`.match(VARIABLE) ?? []) assert.ok(inTable.has(name), name);
  }
});
