/**
 * Shell completion made from the commands themselves: names of commands and options for bash, zsh and fish.
 * Beside a span's way.
 */
import type { Command, Option } from 'commander';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

interface Entry {
  readonly name: string;
  readonly description: string;
  readonly options: readonly Option[];
  readonly words: readonly string[];
}

/** The script that a shell's start file evaluates: `source <(tracing-agent completion bash)`. */
export function completionScript(program: Command, shell: Shell): string {
  const entries = program.commands.map(
    (command): Entry => ({
      name: command.name(),
      description: command.description(),
      options: command.createHelp().visibleOptions(command),
      words: command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
    }),
  );
  switch (shell) {
    case 'bash':
      return bash(entries);
    case 'zsh':
      return zsh(entries);
    case 'fish':
      return fish(entries);
  }
}

function flagsOf({ long, short }: Option): string[] {
  return [short, long].filter((flag) => flag !== undefined && flag !== null);
}

function bash(entries: readonly Entry[]): string {
  const cases = entries.map(
    ({ name, options, words }) =>
      `    ${name}) words='${[...options.flatMap(flagsOf), ...words].join(' ')}' ;;`,
  );
  const values = entries.flatMap(({ options }) =>
    options.filter((option) => option.argChoices !== undefined),
  );
  const choices = [...new Map(values.map((option) => [option.long, option])).values()].map(
    ({ long, argChoices }) =>
      `    ${long}) COMPREPLY=($(compgen -W '${argChoices!.join(' ')}' -- "$current")); return ;;`,
  );
  return `# tracing-agent: source <(tracing-agent completion bash)
_tracing_agent() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words='' at
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    if [[ "\${COMP_WORDS[at]}" == -- ]]; then
      COMPREPLY=($(compgen -c -f -- "$current"))
      return
    fi
  done
  case "$previous" in
${choices.join('\n')}
  esac
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '${entries.map(({ name }) => name).join(' ')} --help --version' -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _tracing_agent tracing-agent
`;
}

function zsh(entries: readonly Entry[]): string {
  const text = (words: string): string => words.replace(/'/g, `'\\''`).replace(/[[\]:]/g, '\\$&');
  const commands = entries.map(({ name, description }) => `    '${name}:${text(description)}'`);
  const cases = entries.map(({ name, options, words }) => {
    const specs = options.flatMap((option) =>
      flagsOf(option).map((flag) => {
        const value = option.required
          ? `:${option.attributeName()}:${option.argChoices ? `(${option.argChoices.join(' ')})` : ''}`
          : '';
        return `'${flag}[${text(option.description)}]${value}'`;
      }),
    );
    if (words.length > 0) specs.push(`'1:argument:(${words.join(' ')})'`);
    return `        ${name}) _arguments ${[...specs, `'*::command:_normal'`].join(' ')} ;;`;
  });
  return `#compdef tracing-agent
# tracing-agent: source <(tracing-agent completion zsh)
_tracing_agent() {
  local -a commands
  commands=(
${commands.join('\n')}
  )
  _arguments -C '1:command:->command' '*::argument:->argument'
  case "$state" in
    command) _describe command commands ;;
    argument)
      case "$words[1]" in
${cases.join('\n')}
      esac ;;
  esac
}
compdef _tracing_agent tracing-agent
`;
}

function fish(entries: readonly Entry[]): string {
  const text = (words: string): string => `'${words.replace(/['\\]/g, '\\$&')}'`;
  const lines = [
    '# tracing-agent: tracing-agent completion fish | source',
    'complete -c tracing-agent -n __fish_use_subcommand -f',
  ];
  for (const { name, description, options, words } of entries) {
    lines.push(`complete -c tracing-agent -n __fish_use_subcommand -a ${name} -d ${text(description)}`);
    const when = `-n '__fish_seen_subcommand_from ${name}'`;
    for (const option of options) {
      const flags = [
        option.short && `-s ${option.short.slice(1)}`,
        option.long && `-l ${option.long.slice(2)}`,
      ];
      const value = option.required
        ? ` -x${option.argChoices ? ` -a ${text(option.argChoices.join(' '))}` : ''}`
        : '';
      lines.push(
        `complete -c tracing-agent ${when} ${flags.filter(Boolean).join(' ')}${value} -d ${text(option.description)}`,
      );
    }
    if (words.length > 0) lines.push(`complete -c tracing-agent ${when} -f -a ${text(words.join(' '))}`);
  }
  return `${lines.join('\n')}\n`;
}
