/**
 * The text of docs/command-line.md: what is said of all commands, and each command's own help. Used by docs.ts.
 */
import type { Command } from 'commander';
import { program } from '../src/cli/commands';

const WIDTH = 110;

const INTRODUCTION = `<!-- Made from src/cli/commands.ts by scripts/docs.ts. Change it there. -->
# The command line

\`npx tracing-agent COMMAND\`, or \`tracing-agent COMMAND\` where the package is installed globally.

## A first look

\`\`\`sh
npx tracing-agent run --view -- node app.js                        # traces in the browser, no Jaeger needed
npx tracing-agent doctor --query http://localhost:16686 -- node app.js   # or: why none arrive in Jaeger
npx tracing-agent trace -- curl http://localhost:8080/orders/mug   # one request as a trace, with its link
npx tracing-agent headers | curl -H @- http://localhost:8080/      # the same by hand
curl -H "$(npx tracing-agent headers --debug-id checkout-42)" http://localhost:8080/   # found again by that text
npx tracing-agent config --env kubernetes                          # a block for a service's manifest
npx tracing-agent status                                           # one line a check
\`\`\`

A trace that nobody begins by \`trace\` or a traced caller has no root: Jaeger shows \`<trace-without-root-span>\`.
\`doctor --trace-id\` says of a trace which service doesn't report.

## What holds for all

- Results go to stdout; progress, links and warnings to stderr. With \`--json\`, stdout is JSON and nothing else.
- Colours only on a terminal, and not where \`NO_COLOR\` is set.
- Options of tracing-agent stand before \`--\`, the command and its own options behind it.
- A misspelt command, option or setting is answered with the one that is meant.

| exit code | of | means |
| --: | --- | --- |
| 0 | all | done; \`doctor\` and \`status\`: traces will arrive |
| 1 | all but \`run\` and \`trace\` | it failed; \`doctor\` and \`status\`: traces will not arrive |
| 2 | all | the command line is wrong |
| 3 | \`doctor\`, \`status\` | it can't be told: UDP isn't answered, and no query API was named |
| 126, 127 | \`run\`, \`trace\` | the command can't be started; there is no such command |
| any other | \`run\`, \`trace\` | the command's own; a signal that ended it ends tracing-agent as well |

\`view\` runs until SIGINT or SIGTERM and ends with 0 then.

## Completion

\`\`\`sh
source <(tracing-agent completion bash)         # in ~/.bashrc
source <(tracing-agent completion zsh)          # in ~/.zshrc, behind compinit
tracing-agent completion fish | source          # in ~/.config/fish/config.fish
\`\`\`

It completes commands, options and their values, and behind \`--\` commands and files.
`;

export function renderCommandLine(): string {
  const sections = [`## Commands\n\n${block(program)}`];
  for (const command of program.commands) sections.push(`### ${command.name()}\n\n${block(command)}`);
  return `${INTRODUCTION}\n${sections.join('\n')}`;
}

function block(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => WIDTH,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return `\`\`\`text\n${text.trim()}\n\`\`\`\n`;
}
