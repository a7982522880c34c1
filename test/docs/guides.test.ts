/**
 * Holds the guides' tables and what they are about together, in both directions: jaeger-client's and the old exporter's
 * settings, from the source of those packages; the samplers; and the counters of what was lost.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { OptionName, SamplerName } from '../../src/config/config';
import { optionNames, options } from '../../src/config/options';
import { resolveConfig } from '../../src/config/resolve';
import { createCounters } from '../../src/diagnostics/counters';
import { repository } from '../support/cache';
import { readPage } from './code-blocks';

function sourceOf(module: string): string {
  return readFileSync(join(repository, 'node_modules', module), 'utf8');
}

/** The rows of the tables below a heading, or between two comments, each cell's words in backticks and its text. */
function tableOf(page: string, from: string, to: RegExp): { words: string[]; text: string }[][] {
  const text = readPage(page);
  assert.ok(text.includes(from), `${page} has no ${from}`);
  const [part = ''] = text.slice(text.indexOf(from) + from.length).split(to);
  const rows = part.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => ({
        words: [...cell.matchAll(/`([^`]+)`/g)].map((each) => each[1]!),
        text: cell.trim(),
      })),
  );
}

const wordsIn = (rows: { words: string[] }[][], column: number) => rows.flatMap((row) => row[column]!.words);

test("jaeger-client: each of its settings is in the guide's table, and leads to one of ours", () => {
  const rows = tableOf('docs/guides/migrate-from-jaeger-client.md', '## The settings', /^## /m);
  const variables = new Set(
    sourceOf('jaeger-client/dist/src/configuration_env.js').match(/\bJAEGER_[A-Z_]+/g),
  );
  assert.deepEqual(wordsIn(rows, 0).sort(), [...variables].sort());

  const source = sourceOf('jaeger-client/dist/src/configuration.js');
  const [, schema] = /var jaegerSchema = (\{[\s\S]*?\n\});/.exec(source)!;
  const { properties } = new Function(`return ${schema}`)() as { properties: Record<string, any> };
  const fields = Object.entries(properties).flatMap(([name, { properties: inner }]) =>
    inner === undefined ? [name] : Object.keys(inner).map((each) => `${name}.${each}`),
  );
  const [, initTracer] = source.split("key: 'initTracer'");
  const given = new Set([...initTracer!.matchAll(/\boptions\.(\w+)/g)].map((match) => `options.${match[1]}`));
  assert.deepEqual(wordsIn(rows, 1).sort(), [...fields, ...given].sort());

  for (const [environment, , here, note] of rows) {
    for (const name of here!.words) assert.ok(optionNames.includes(name as OptionName), name);
    const ours = new Set(here!.words.flatMap((name) => options[name as OptionName].env));
    for (const variable of environment!.words)
      assert.equal(
        note!.text.startsWith('as it is'),
        ours.has(variable),
        `${variable}: the table and the settings disagree on whether it is read`,
      );
    if (here!.words.length === 0) assert.match(note!.text, /\w/, JSON.stringify(environment));
  }
});

test("the old exporter: each of its options and variables is in the guide's table, and each of ours exists", () => {
  const rows = tableOf('docs/guides/migrate-from-exporter-jaeger.md', '## Keep the SDK', /^## /m);
  const [, config] = /interface ExporterConfig \{([\s\S]*?)\n\}/.exec(
    sourceOf('@opentelemetry/exporter-jaeger/build/src/types.d.ts'),
  )!;
  assert.deepEqual(
    wordsIn(rows, 0).sort(),
    [...config!.matchAll(/^ {4}(\w+)\?/gm)].map((each) => each[1]).sort(),
  );
  const read = [
    ...sourceOf('@opentelemetry/exporter-jaeger/build/src/jaeger.js').matchAll(/FromEnv\)\('(\w+)'\)/g),
  ];
  assert.deepEqual(wordsIn(rows, 1).sort(), read.map((each) => each[1]).sort());
  // The preload reads all of them.
  for (const [, variable] of read)
    assert.ok(optionNames.some((name) => options[name].env.includes(variable!)));
  const ours = readFileSync(join(repository, 'src/send/jaeger-exporter.ts'), 'utf8');
  for (const name of wordsIn(rows, 2)) assert.match(ours, new RegExp(`readonly ${name}\\?:`));
});

test('sampling: each sampler is in the table, and what it says of arguments and parents holds', () => {
  const rows = tableOf('docs/guides/sampling.md', '<!-- samplers -->', /<!-- \/samplers -->/);
  const accepted = [...options.sampler.parser.accepts.matchAll(/`(\w+)`/g)].map((each) => each[1]!);
  assert.deepEqual(wordsIn(rows, 0).sort(), accepted.sort());
  for (const [names, , argument, follows] of rows)
    for (const name of names!.words) {
      const { config, problems } = resolveConfig({ code: { sampler: name as SamplerName } });
      assert.deepEqual(problems, []);
      assert.equal(config.sampler.parentBased, follows!.text === 'yes', name);
      const unset = /([\d.]+) if unset/.exec(argument!.text);
      if (unset !== null) assert.equal(config.sampler.argument, Number(unset[1]), name);
    }
});

test('troubleshooting: each counter of lost spans is in the table', () => {
  const rows = tableOf('docs/guides/troubleshooting.md', '<!-- counters -->', /<!-- \/counters -->/);
  const dropped = Object.keys(createCounters()).filter((name) => name.startsWith('dropped'));
  assert.deepEqual(wordsIn(rows, 0).sort(), dropped.sort());
});
