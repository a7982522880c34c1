/**
 * Guards every code block of the documentation: what can run runs, as in a reader's project, and sends the spans that
 * its fence promises; commands, settings and their values are those of the tables; the rest is at least well-formed.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { transformSync } from 'esbuild';
import { parseAllDocuments } from 'yaml';
import { program } from '../../src/cli/commands';
import { optionNames, options } from '../../src/config/options';
import { resolveConfig } from '../../src/config/resolve';
import { repository } from '../support/cache';
import { runApp } from '../support/trace-app';
import { type CodeBlock, codeBlocks, pages, readPage } from './code-blocks';
import { type FoundSpan, openSandbox, type Sandbox } from './sandbox';

/** Blocks of a language that runs that can't run, each with its reason in its fence. */
const MOST_NOT_RUN = 1;
const VARIABLE = /\b(?:TRACING_AGENT|OTEL|JAEGER|TRACES)_[A-Z0-9_]+\b/g;
const known = new Set(
  optionNames.flatMap((name) => [
    ...options[name].env,
    ...(options[name].discovered ?? []),
    ...(options[name].readElsewhere ?? []),
  ]),
);
const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
const blocks = pages.flatMap(codeBlocks);
let sandbox: Sandbox;

before(async () => {
  sandbox = await openSandbox();
});
after(() => sandbox.close());

const checks: Record<string, (block: CodeBlock) => void | Promise<void>> = {
  js: runScript,
  sh: runShell,
  console: runConsole,
  json: checkJson,
  yaml: checkYaml,
  dockerfile: checkNames,
  ts: (block) => void transformSync(block.text, { loader: 'ts' }),
  // What a program prints, a grammar, a query.
  text: () => {},
  '': () => {},
};

describe('code blocks', { concurrency: 2 }, () => {
  for (const block of blocks)
    test(`${block.place} (${block.language})`, async () => {
      const check = checks[block.language];
      assert.ok(check, `no check for the language ${block.language}`);
      await check(block);
    });
});

test('blocks that cannot run say why, and are no more than they were', () => {
  const marked = blocks.filter(({ notes }) => 'not-run' in notes);
  assert.deepEqual(
    marked.filter(({ notes }) => notes['not-run'] === ''),
    [],
  );
  assert.equal(marked.length, MOST_NOT_RUN, marked.map(({ place }) => place).join(', '));
});

test('every setting of ours that a page names exists', () => {
  for (const page of pages) {
    const named = readPage(page).match(/\bTRACING_AGENT_[A-Z0-9_]*[A-Z0-9]\b/g) ?? [];
    assert.deepEqual(
      named.filter((name) => !known.has(name)),
      [],
      page,
    );
  }
});

async function runScript(block: CodeBlock): Promise<void> {
  const { notes } = block;
  const name = `${block.place.replace(/\W/g, '-')}.${/^import /m.test(block.text) ? 'mjs' : 'cjs'}`;
  const file = join(sandbox.folder, name);
  writeFileSync(file, sandbox.toHere(block.text));
  if ('not-run' in notes) {
    const { status, stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return;
  }
  const further = Object.fromEntries(assignments(notes.env ?? ''));
  checkValues(further);
  const { code, stderr } = await runApp(file, {
    cwd: sandbox.folder,
    // Each block is a service of its own, so that blocks may run beside each other.
    env: { ...sandbox.env, OTEL_SERVICE_NAME: name, ...further },
    preload: 'alone' in notes ? 'none' : 'require',
  });
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  if (notes.spans === undefined && notes.tags === undefined) return;
  const names = notes.spans?.split(', ') ?? [];
  const tags = notes.tags?.split(', ') ?? [];
  await sandbox.arrived((all) => {
    const spans = all.filter(({ service }) => service === name);
    return (
      names.every((each) => spans.some(({ operationName }) => operationName === each)) &&
      tags.every((each) => spans.some((span) => hasTag(span, each)))
    );
  });
}

function hasTag({ tags, logs }: FoundSpan, wanted: string): boolean {
  return [...tags, ...logs.flatMap(({ fields }) => fields)].some(
    ({ key, value }) => `${key}=${value}` === wanted,
  );
}

async function runShell(block: CodeBlock): Promise<void> {
  const { status, stderr } = spawnSync('bash', ['-n', '-c', block.text], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  checkNames(block);
  const text = block.text.replace(/(^|\s)#.*$/gm, '$1').replace(/\\\n/g, ' ');
  // A command is one line, unless a quoted text goes on.
  for (const code of text.match(/(?:'[^']*'|[^\n'])+/g) ?? []) {
    checkValues(Object.fromEntries(assignments(code)));
    checkCommands(code);
  }
  if (!('run' in block.notes)) return;
  const { output, code } = await sandbox.shell(block.text);
  assert.equal(code, 0, output);
}

/** `$ ` commands, each with lines that it prints, in their order; `…` stands for anything. */
async function runConsole(block: CodeBlock): Promise<void> {
  checkNames(block);
  const parts = block.text.split(/^\$ /m);
  assert.equal(parts[0], '', 'a console block begins with $');
  for (const part of parts.slice(1)) {
    const [command = '', ...lines] = part.split('\n');
    // Values may be wrong here: the page shows what is said then.
    checkCommands(command);
    if ('not-run' in block.notes) continue;
    const { output } = await sandbox.shell(command);
    const printed = output.split('\n').map((line) => line.trim());
    let at = 0;
    for (const line of lines.map((each) => each.trim()).filter((each) => each !== '' && each !== '…')) {
      const pattern = new RegExp(`^${line.split('…').map(escaped).join('.*')}$`);
      const found = printed.findIndex((each, index) => index >= at && pattern.test(each));
      assert.ok(found >= 0, `${command}\nprints no line\n${line}\nbut\n${output}`);
      at = found + 1;
    }
  }
}

function checkJson(block: CodeBlock): void {
  const value: unknown = JSON.parse(block.text);
  if ('settings' in block.notes) assert.deepEqual(resolveConfig({ code: value }).problems, []);
}

function checkYaml(block: CodeBlock): void {
  for (const document of parseAllDocuments(block.text)) assert.deepEqual(document.errors, []);
  checkNames(block);
}

function checkNames({ text }: CodeBlock): void {
  assert.deepEqual(
    (text.match(VARIABLE) ?? []).filter((name) => !known.has(name)),
    [],
  );
}

function checkValues(env: Record<string, string>): void {
  assert.deepEqual(resolveConfig({ env }).problems, []);
}

/** `NAME=value` in front of a command or alone, of our and others' tracing settings. */
function assignments(line: string): [string, string][] {
  return [...line.matchAll(/(?<![\w$-])([A-Z][A-Z0-9_]+)=("[^"]*"|'[^']*'|[^\s;]*)/g)]
    .filter(([, name]) => /^(TRACING_AGENT|OTEL|JAEGER|TRACES)_/.test(name!))
    .map(([, name, value]) => [name!, value!.replace(/^(["'])(.*)\1$/s, '$2')]);
}

function checkCommands(line: string): void {
  for (const [, script] of line.matchAll(/\bnpm run ([\w-]+)/g)) assert.ok(script! in scripts, line);
  for (const [, file] of line.matchAll(/\bnode ((?:bench|examples|scripts|test)\/\S+)/g))
    assert.ok(existsSync(join(repository, file!)), `${file} does not exist`);
  for (const [, rest] of line.matchAll(/(?<![\w/@:.-])tracing-agent ([^|)&;]*)/g)) {
    const [words = ''] = rest!.split(/(?:^|\s)--(?:\s|$)/);
    const [name, ...args] = (words.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((word) =>
      word.replace(/^(["'])(.*)\1$/s, '$2'),
    );
    if (name === undefined || name.startsWith('-')) continue;
    const command = program.commands.find((each) => each.name() === name);
    assert.ok(command, `there is no command ${name}: ${line}`);
    const { unknown } = command.parseOptions(args);
    assert.deepEqual(unknown, [], line);
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
