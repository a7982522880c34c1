// What is measured: the application bare, under this agent, and under its peers, each as its users start it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repository } from '../scripts/cache.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const installed = (name) => join(here, 'node_modules', name);
const versionOf = (name) => JSON.parse(readFileSync(join(installed(name), 'package.json'), 'utf8')).version;

/**
 * `proof` is an expression that is true in a process where the agent really runs: an agent that stands aside costs
 * nothing, and must not make a row. `sink` is what it sends to, of sink.mjs. `quiet` is longer than its pause between
 * two batches, in ms: 1 s of ours, OpenTelemetry's 5 s, Datadog's 2 s.
 */
const all = [
  { name: 'bare', packages: [], preload: () => [], env: () => ({}), proof: 'true' },
  {
    name: 'ours',
    quiet: 2_500,
    packages: [],
    preload: () => ['-r', join(repository, 'register.js')],
    sink: 'jaeger',
    env: ({ jaeger }) => ({
      OTEL_EXPORTER_JAEGER_AGENT_HOST: '127.0.0.1',
      OTEL_EXPORTER_JAEGER_AGENT_PORT: String(jaeger),
    }),
    proof: "globalThis[Symbol.for('tracing-agent.running')] !== undefined",
    unsampled: { OTEL_TRACES_SAMPLER: 'always_off' },
  },
  {
    name: 'stock',
    quiet: 8_000,
    packages: [
      '@opentelemetry/sdk-node',
      '@opentelemetry/auto-instrumentations-node',
      '@opentelemetry/exporter-jaeger',
    ],
    preload: () => ['-r', join(here, 'apps/stock.cjs')],
    sink: 'jaeger',
    env: ({ jaeger }) => ({
      OTEL_EXPORTER_JAEGER_AGENT_HOST: '127.0.0.1',
      OTEL_EXPORTER_JAEGER_AGENT_PORT: String(jaeger),
    }),
    proof: "globalThis[Symbol.for('opentelemetry.js.api.1')]?.trace !== undefined",
    unsampled: { OTEL_TRACES_SAMPLER: 'always_off' },
  },
  {
    name: 'EDOT',
    quiet: 8_000,
    packages: ['@elastic/opentelemetry-node'],
    // Absolute: what is started elsewhere doesn't find it by name.
    preload: () => ['--import', import.meta.resolve('@elastic/opentelemetry-node')],
    sink: 'otlp',
    env: ({ http }) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${http}` }),
    proof: "globalThis[Symbol.for('opentelemetry.js.api.1')]?.trace !== undefined",
    unsampled: { OTEL_TRACES_SAMPLER: 'always_off' },
  },
  {
    name: 'dd-trace',
    quiet: 3_500,
    // 6.x stands aside without a word on Node.js 20.
    packages: (major) => [major < 22 ? 'dd-trace5' : 'dd-trace6'],
    preload: (major) => ['-r', `${installed(major < 22 ? 'dd-trace5' : 'dd-trace6')}/init.js`],
    sink: 'datadog',
    env: ({ http }) => ({ DD_TRACE_AGENT_URL: `http://127.0.0.1:${http}`, DD_TRACE_STARTUP_LOGS: 'false' }),
    proof: "globalThis[Symbol.for('dd-trace')] !== undefined",
  },
];

/** The others' names. */
export const peerNames = all.map(({ name }) => name).filter((name) => name !== 'bare' && name !== 'ours');

/** Beside them where nothing is sampled: the part of it that Node.js takes for whoever follows a request. */
export const contextAlone = {
  name: 'context alone',
  packages: [],
  versions: {},
  preload: ['-r', join(here, 'apps/context.cjs')],
  env: () => ({}),
  proof: 'true',
};

/** The subjects of these names for that major of Node.js; bare is always among them, and first. */
export function subjectsFor(major, names) {
  return all
    .filter(({ name }) => name === 'bare' || names === undefined || names.includes(name))
    .map((subject) => {
      const packages = typeof subject.packages === 'function' ? subject.packages(major) : subject.packages;
      const versions = Object.fromEntries(packages.map((name) => [name, versionOf(name)]));
      return { ...subject, packages, versions, preload: subject.preload(major) };
    });
}
