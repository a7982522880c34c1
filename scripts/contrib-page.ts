/**
 * The part of docs/instrumentations.md that is made from the table of OpenTelemetry's instrumentations.
 */
import { table } from '../src/patch/contrib/table';
import type { TestPackage } from './instrumentations-page';

/** Why no test runs them against what they are for. */
const UNTESTED: Readonly<Record<string, string>> = {
  'aws-sdk': 'against a stub of S3 and SQS, not against AWS',
  'cassandra-driver': 'without a server: only that a call fails as it does without the agent',
  cucumber: 'not tested',
  fs: 'not tested',
  kafkajs: 'against a stand-in broker (kfake), not against Kafka',
  mongodb: 'against a stand-in server (FerretDB), not against MongoDB',
  mongoose: 'as `mongodb`',
  net: 'not tested',
  openai: 'against a stub, not against OpenAI',
};

/** The lines of the section. */
export function renderContrib(from: readonly TestPackage[]): string[] {
  return [
    "## Through OpenTelemetry's instrumentations",
    '',
    'What these record is described with each package `@opentelemetry/instrumentation-…`; the setting',
    '`instrumentationOptions` takes their options. Error messages, keys of memcached and of Kafka are left out of their',
    "spans. Those of Node's own modules (`dns`, `fs`, `net`) are off unless a setting names them.",
    '',
    '| instrumentation | packages and versions | tested with |',
    '| --- | --- | --- |',
    ...table.map(({ name, targets, builtin }) => {
      const ranges = new Map<string, Set<string>>();
      for (const { module, versions } of targets)
        ranges.set(module, (ranges.get(module) ?? new Set()).add(versions));
      const isEsModule = (name: string) =>
        targets.some(({ module, esm }) => module === name && esm !== undefined);
      const packages = [...ranges].map(([module, versions]) =>
        builtin
          ? `\`${module}\` of Node.js`
          : `\`${module}\` ${escaped([...versions])}${isEsModule(module) ? ' (CommonJS, ES modules)' : ''}`,
      );
      const tested = name === 'dns' ? 'Node.js 20' : testedWith(name, [...ranges.keys()], from);
      return `| \`${name}\` | ${packages.join(', ')} | ${tested} |`;
    }),
    '',
  ];
}

function testedWith(name: string, modules: readonly string[], from: readonly TestPackage[]): string {
  const versions = from
    .filter((each) => each.named && modules.includes(each.name))
    .map((each) => each.version);
  const tested = [...new Set(versions)].join(', ');
  return [tested, UNTESTED[name] ?? ''].filter((each) => each !== '').join('; ') || 'not tested';
}

function escaped(ranges: readonly string[]): string {
  return ranges.map((each) => `\`${each.replaceAll('|', '\\|')}\``).join(', ');
}
