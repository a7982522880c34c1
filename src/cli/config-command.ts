/**
 * The command `config`: every setting with its value and source, or the sentence that explains it.
 * Beside a span's way.
 */
import type { OptionName } from '../config/config';
import { optionNames, options, type Section } from '../config/options';
import { suggest } from '../config/unknown-names';
import { codes } from '../diagnostics/codes';
import { type SettingOptions, settingVariables } from './run';
import { type Effective, effectiveSettings, sourceText, valueText } from './settings';
import { type BlockKind, settingsBlock } from './settings-block';
import { CommandError, note, paint, print } from './terminal';

export interface ConfigOptions extends SettingOptions {
  readonly env?: BlockKind;
  readonly changed?: boolean;
  readonly json?: boolean;
}

/** @param names of settings to explain; all are listed where there are none */
export function printConfig(names: readonly string[], given: ConfigOptions): void {
  const effective = effectiveSettings(undefined, settingVariables(given));
  if (given.env !== undefined) {
    print(settingsBlock(effective, given.env));
    return;
  }
  const chosen = names.length > 0 ? names.map(known) : optionNames;
  const shown = chosen.filter((name) => !given.changed || effective.sources[name].kind !== 'default');
  if (given.json) {
    print(
      JSON.stringify({ settings: asObject(effective, shown), problems: problemLines(effective) }, null, 2),
    );
    return;
  }
  if (names.length > 0) for (const name of shown) explain(effective, name);
  else list(effective, shown);
  for (const line of problemLines(effective)) note(paint(line, 'yellow', process.stderr));
}

/** What is wrong with what was set, one line each, as the agent says it. */
export function problemLines({ problems }: Effective): string[] {
  return problems.map((problem) => {
    const { text, next } = codes()[problem.code];
    return `${fill(text, problem)} (${problem.code}; ${next})`;
  });
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}

function list(effective: Effective, names: readonly OptionName[]): void {
  const rows = names.map((name) => ({
    name,
    section: options[name].section,
    value: valueText(effective, name),
    source: sourceText(effective.sources[name]),
  }));
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  const valueWidth = Math.min(40, Math.max(0, ...rows.map(({ value }) => value.length)));
  const sections = [...new Set(rows.map(({ section }) => section))];
  for (const [index, section] of sections.entries()) {
    print(`${index === 0 ? '' : '\n'}${paint(section satisfies Section, 'bold')}`);
    for (const row of rows.filter((each) => each.section === section)) {
      const source = row.source === 'default' ? paint(row.source, 'dim') : paint(row.source, 'cyan');
      print(`  ${row.name.padEnd(width)}  ${row.value.padEnd(valueWidth)}  ${source}`);
    }
  }
}

function explain(effective: Effective, name: OptionName): void {
  const { doc, env, parser } = options[name];
  print(paint(name, 'bold'));
  print(`  ${doc}`);
  print(`  value     ${valueText(effective, name)}`);
  print(`  source    ${sourceText(effective.sources[name])}`);
  print(`  accepts   ${parser.accepts}`);
  print(`  variables ${env.join(', ')}`);
}

function asObject(effective: Effective, names: readonly OptionName[]): object {
  return Object.fromEntries(
    names.map((name) => {
      const { kind, name: from } = effective.sources[name];
      return [name, { value: valueText(effective, name), source: kind, from }];
    }),
  );
}

/** A setting by its name, or by one of its variables. */
function known(text: string): OptionName {
  const name = optionNames.find((each) => each === text || options[each].env.includes(text));
  if (name !== undefined) return name;
  // A variable's candidates are variables: settings' names are short, and near to anything.
  const variables = optionNames.flatMap((each) => options[each].env);
  const meant = suggest(text, text.includes('_') ? variables : optionNames, 0);
  throw new CommandError(`${text} is not a setting${meant}; "tracing-agent config" lists all`, 2);
}
