/**
 * The settings as a block to paste into a service's start: a shell's, a Dockerfile's, or a Kubernetes container's.
 * Beside a span's way: `config --env`.
 */
import { optionNames, options } from '../config/options';
import type { Effective } from './settings';

export type BlockKind = 'shell' | 'docker' | 'kubernetes';

interface Line {
  readonly name: string;
  /** Undefined for a secret, which the reader has to bring. */
  readonly value: string | undefined;
}

const PRELOAD = '--require tracing-agent/register';
/** Where Jaeger's manifests and the usual guides have the agent's service. */
const AGENT_SERVICE = 'jaeger-agent.observability';
const SECRET = 'jaeger';

export function settingsBlock(effective: Effective, kind: BlockKind): string {
  const lines = linesOf(effective, kind);
  switch (kind) {
    case 'shell':
      return lines
        .map(({ name, value }) =>
          value === undefined
            ? `export ${name}   # secret: set it outside of this file`
            : `export ${name}=${shellWord(value)}`,
        )
        .join('\n');
    case 'docker':
      return lines
        .map(({ name, value }) =>
          value === undefined
            ? `# ${name} is secret: docker run -e ${name}`
            : `ENV ${name}="${value.replace(/["\\$]/g, '\\$&')}"`,
        )
        .join('\n');
    case 'kubernetes':
      return ['env:', ...lines.map(kubernetesEntry)].join('\n');
  }
}

/** What is set stays under the name under which it is set; what every service needs is spelled out. */
function linesOf({ config, sources, env }: Effective, kind: BlockKind): Line[] {
  const lines: Line[] = [{ name: 'NODE_OPTIONS', value: PRELOAD }];
  const add = (name: string, value: string | undefined): void => {
    if (!lines.some((line) => line.name === name)) lines.push({ name, value });
  };
  if (['default', 'package'].includes(sources.serviceName.kind)) {
    add(
      'TRACING_AGENT_SERVICE_NAME',
      sources.serviceName.kind === 'package' ? config.serviceName : 'my-service',
    );
  }
  const destination = [sources.agentHost, sources.agentPort, sources.endpoint, sources.exporter];
  if (destination.every((source) => source.kind === 'default')) {
    add(
      'TRACING_AGENT_AGENT_HOST',
      kind === 'shell' ? config.agentHost : kind === 'docker' ? 'jaeger' : AGENT_SERVICE,
    );
    add('TRACING_AGENT_AGENT_PORT', String(config.agentPort));
  }
  for (const option of optionNames) {
    const set = options[option].env.find((name) => (env[name] ?? '').trim() !== '');
    if (set === undefined) continue;
    const secret = options[option].secret === true || holdsPassword(env[set]!);
    add(set, secret ? undefined : env[set]!.trim());
  }
  return lines;
}

/** A collector's URL may have one. */
function holdsPassword(value: string): boolean {
  return /^[a-z]+:\/\/[^/]*@/i.test(value.trim());
}

function shellWord(value: string): string {
  return /^[\w./:@%+,=-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

function kubernetesEntry({ name, value }: Line): string {
  // JSON's strings are YAML's.
  if (value !== undefined) return `  - name: ${name}\n    value: ${JSON.stringify(value)}`;
  const key = name.toLowerCase().replaceAll('_', '-');
  return `  - name: ${name}\n    valueFrom:\n      secretKeyRef:\n        name: ${SECRET}\n        key: ${key}`;
}
