/**
 * Writes the documentation that is made from tables, and the table that is made from one: `npx tsx scripts/docs.ts`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Option, optionNames, options, type Section } from '../src/config/options';
import { renderCommandLine } from './command-line-page';
import { renderErrors } from './errors-page';
import { renderInstrumentations } from './instrumentations-page';
import { renderUsualTable } from './usual-table';

const SECTIONS: Record<Section, string> = {
  Service: 'What the process is called and described by in Jaeger.',
  Destination: 'Where spans go, and how. Without any of these: the Jaeger agent on this machine.',
  Sampling: 'Which traces are kept.',
  Propagation: 'How a trace goes on from one service to the next.',
  Batching: 'How spans wait, and for how long.',
  Limits: 'What one span may hold; as in the OpenTelemetry SDK.',
  HTTP: 'What is recorded of requests; for `http`, `https`, `http2` and `fetch`.',
  Agent: 'What the agent does in the process.',
};

/** The text of docs/configuration.md. */
export function renderConfiguration(): string {
  const lines = [
    '<!-- Made from src/config/options.ts by scripts/docs.ts. Change it there. -->',
    '# Configuration',
    '',
    'Every setting has one name. In code it is an option of `start()`, in the settings file a key, and in the environment',
    '`TRACING_AGENT_` with the name in capitals. The variables of OpenTelemetry, of the Jaeger clients and of InfluxDB IOx',
    'are read as well, so a service that was set up for one of those needs no change.',
    '',
    '## Which value holds',
    '',
    'Highest first: code, `TRACING_AGENT_*`, `OTEL_*`, `JAEGER_*`, `TRACES_*`, what Kubernetes tells about a',
    'service named `jaeger-collector` or `jaeger-agent`, the settings file, the default. An empty variable counts as unset.',
    'Resource attributes and tags of all sources are put together; the higher source wins for each key.',
    '',
    '`endpoint` and the agent (`agentHost`, `agentPort`, `agentProtocol`) exclude each other: the one from the higher source',
    'is used, and of equals the endpoint. The same goes for `user` and `authToken`; of equals the user.',
    '',
    'A value that cannot be used never stops the application: one line on stderr names it, says what is wrong, and says what',
    'is used instead, which is the next lower source or the default. A `TRACING_AGENT_` variable, option or key that does',
    'not exist is named too. Secrets are never shown.',
    '',
  ];
  for (const section of Object.keys(SECTIONS) as Section[]) {
    lines.push(`## ${section}`, '', SECTIONS[section], '');
    for (const name of optionNames) {
      if (options[name].section === section) lines.push(...renderOption(name, options[name]), '');
    }
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

function renderOption(name: string, option: Option<unknown>): string[] {
  const lines = [
    `### ${name}`,
    '',
    option.doc,
    '',
    `- Environment: ${option.env.map((each) => `\`${each}\``).join(', ')}`,
  ];
  if (option.discovered !== undefined) {
    lines.push(`- From Kubernetes: ${option.discovered.map((each) => `\`${each}\``).join(', ')}`);
  }
  if (option.readElsewhere !== undefined) {
    const names = option.readElsewhere.map((each) => `\`${each}\``);
    lines.push(`- Read by OpenTelemetry's own code: ${names.join(', ')}`);
  }
  lines.push(`- Accepts: ${option.parser.accepts}`, `- Default: ${renderDefault(option)}`);
  if (option.secret) lines.push('- Secret: its value is never shown');
  if (option.yet) lines.push('- Not used by this version yet: setting it is answered by one line');
  return lines;
}

export function renderDefault({ default: value, unit }: Option<unknown>): string {
  if (value === undefined || value === Number.POSITIVE_INFINITY) return 'none';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : `\`${value.join(',')}\``;
  if (typeof value === 'object') return 'none';
  return unit === undefined ? `\`${value}\`` : `\`${value}\` ${unit}`;
}

if (require.main === module) {
  writeFileSync(join(__dirname, '..', 'docs', 'configuration.md'), renderConfiguration());
  writeFileSync(join(__dirname, '..', 'docs', 'command-line.md'), renderCommandLine());
  writeFileSync(join(__dirname, '..', 'docs', 'instrumentations.md'), renderInstrumentations());
  writeFileSync(join(__dirname, '..', 'docs', 'errors.md'), renderErrors());
  writeFileSync(join(__dirname, '..', 'src', 'config', 'usual-table.ts'), renderUsualTable());
}
