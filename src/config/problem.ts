/**
 * What is wrong with the settings given, as values for the code table's lines; secrets never get in.
 * Beside a span's way: resolution collects them, and the agent reports each once at start.
 */
import type { CodeName } from '../diagnostics/codes';
import type { Mutable, OptionName, Settings } from './config';
import { options } from './options';
import type { Complaints, Environment } from './parser';
import { show } from './shown-value';
import type { Source } from './source';

/** A type, not an interface, so that it can be handed to `report` as a record of values. */
export type Problem = {
  readonly code: Extract<CodeName, `TA_SETTING_${string}`>;
  /** The variable's name as it was set, or the option's (in code), or both for the file. */
  readonly name: string;
  /** The offending value or part of it, shortened; `(hidden)` for a secret. */
  readonly value: string;
  /** Follows name and value: "is not a whole number of milliseconds". */
  readonly problem: string;
  /** What holds instead, shown the same way. */
  readonly used: string;
  /** For an unknown name: ` (did you mean X?)`, or empty. */
  readonly suggestion: string;
  /** For the settings file: its path. */
  readonly file: string;
};

type Draft = Mutable<Problem> & { option?: OptionName };

const HIDDEN = '(hidden)';

export class ProblemList implements Complaints {
  readonly env: Environment;
  readonly #drafts: Draft[] = [];
  #option: OptionName = 'configFile';
  #name = '';
  #value: unknown;

  constructor(env: Environment) {
    this.env = env;
  }

  /** Says which value the complaints that follow are about. */
  about(option: OptionName, name: string, value: unknown): this {
    this.#option = option;
    this.#name = name;
    this.#value = value;
    return this;
  }

  invalid(problem: string, part: unknown = this.#value): void {
    this.#add('TA_SETTING_INVALID', problem, part);
  }

  notYet(part: unknown = this.#value): void {
    this.#add('TA_SETTING_NOT_YET', 'is not supported by this version yet', part);
  }

  unknown(name: string, suggestion: string): void {
    this.#drafts.push({
      ...EMPTY,
      code: 'TA_SETTING_UNKNOWN',
      name,
      suggestion,
      problem: 'is not a setting of this agent',
    });
  }

  file(file: string, problem: string): void {
    this.#drafts.push({ ...EMPTY, code: 'TA_SETTING_FILE', name: 'configFile', value: file, problem, file });
  }

  /** The problems, now that it is known what holds instead. */
  finish(settings: Settings, sources: Readonly<Record<OptionName, Source>>): Problem[] {
    return this.#drafts.map(({ option, ...draft }) => {
      if (option !== undefined) draft.used = describeUsed(option, settings, sources[option]);
      return draft;
    });
  }

  #add(code: Problem['code'], problem: string, part: unknown): void {
    const option = this.#option;
    const value = options[option].secret ? HIDDEN : show(part);
    this.#drafts.push({ ...EMPTY, code, name: this.#name, value, problem, option });
  }
}

const EMPTY: Draft = {
  code: 'TA_SETTING_INVALID',
  name: '',
  value: '',
  problem: '',
  used: '',
  suggestion: '',
  file: '',
};

function describeUsed(option: OptionName, settings: Settings, source: Source): string {
  const { secret, unit } = options[option];
  if (secret) return source.kind === 'default' ? 'none' : `the value of ${source.name}`;
  const value = settings[option];
  if (option === 'endpoint' && value === undefined)
    return `the agent at ${settings.agentHost}:${settings.agentPort}`;
  if (option === 'enabledInstrumentations' && value === undefined) return 'all';
  if (Array.isArray(value)) return value.map(show).join(',') || 'none';
  if (typeof value === 'object') return Object.keys(value).length > 0 ? 'the other pairs' : 'none';
  return unit === undefined || value === undefined ? show(value) : `${show(value)} ${unit}`;
}
