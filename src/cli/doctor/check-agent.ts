/**
 * Looks at the way to a Jaeger agent: its name, whether anything listens for UDP, and what was dropped there.
 * Beside a span's way.
 */
import { addressesOf, sendToAgent } from '../delivery';
import type { Effective } from '../settings';
import type { Finding } from './finding';
import type { TestSpans } from './test-spans';

/** Each protocol's usual port. */
const USUAL: Readonly<Record<number, string>> = { 6831: 'compact', 6832: 'binary' };
/** What is known to listen elsewhere, and never for these packets. */
const OTHER_PORTS: Readonly<Record<number, string>> = {
  5775: 'the old Zipkin format',
  5778: 'sampling strategies over HTTP',
  14250: 'gRPC',
  14268: 'Thrift over HTTP',
  16686: "Jaeger's page",
  4317: 'OTLP over gRPC',
  4318: 'OTLP over HTTP',
  9411: 'Zipkin',
};

export async function agentFindings({ config, sources }: Effective, spans: TestSpans): Promise<Finding[]> {
  const { agentHost, agentPort, agentProtocol } = config;
  const name = await nameFinding(agentHost, sources.agentHost.name);
  if (name.status === 'fail') return [name];
  const findings = [name];
  const usual = USUAL[agentPort];
  if (usual !== undefined && usual !== agentProtocol) {
    findings.push({
      check: 'protocol',
      status: 'warn',
      found: `port ${agentPort} is Jaeger's for ${usual}, and ${agentProtocol} is spoken (${sources.agentProtocol.name})`,
      next: `unset ${sources.agentProtocol.name}, or set the port that takes ${agentProtocol}`,
    });
  }
  if (OTHER_PORTS[agentPort] !== undefined) {
    findings.push({
      check: 'protocol',
      status: 'warn',
      found: `port ${agentPort} (${sources.agentPort.name}) is Jaeger's for ${OTHER_PORTS[agentPort]}, not for packets of an agent's client`,
      next: 'use 6831, the port for Thrift compact',
    });
  }
  const outcome = await sendToAgent(config, [
    spans.packet(agentProtocol, spans.root()),
    spans.packet(agentProtocol, spans.child()),
  ]);
  const at = `udp://${agentHost}:${agentPort}${outcome.address === agentHost ? '' : ` (${outcome.address})`}`;
  const { error, receiver } = outcome;
  if (error !== undefined) {
    findings.push({
      check: 'agent UDP',
      status: 'fail',
      found:
        error === 'ECONNREFUSED'
          ? `nothing listens for spans at ${at} (${error})`
          : `the network does not take packets to ${at} (${error})`,
      next: 'start Jaeger there (docker run -p 6831:6831/udp …) or "tracing-agent view", or set TRACING_AGENT_AGENT_HOST and TRACING_AGENT_AGENT_PORT',
    });
    return findings;
  }
  findings.push({
    check: 'agent UDP',
    status: 'ok',
    found: `two packets to ${at} in ${agentProtocol}, none was refused`,
  });
  if (receiver === undefined) {
    const found = outcome.sameMachine
      ? 'the system does not show the socket'
      : 'the receiver is not on this machine';
    findings.push({ check: 'packets dropped', status: 'skip', found });
  } else if (receiver.drops > 0) {
    findings.push({
      check: 'packets dropped',
      status: 'warn',
      found: `the socket of the Jaeger agent had no room for ${receiver.drops} packets since it was opened`,
      next: 'give Jaeger more processor time, sample less, or send by HTTP (TRACING_AGENT_ENDPOINT)',
    });
  } else {
    findings.push({ check: 'packets dropped', status: 'ok', found: "none at the Jaeger agent's socket" });
  }
  return findings;
}

/** @param setting what the host was set by */
export async function nameFinding(host: string, setting: string): Promise<Finding> {
  const check = 'name';
  try {
    const addresses = await addressesOf(host);
    return {
      check,
      status: 'ok',
      found: addresses[0] === host ? `${host} is an address` : `${host} is ${addresses.join(', ')}`,
    };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return {
      check,
      status: 'fail',
      found: `${host} cannot be resolved (${code ?? message})`,
      next:
        setting === 'default'
          ? 'set TRACING_AGENT_AGENT_HOST to where Jaeger is'
          : `correct ${setting}; in Kubernetes a name of another namespace is NAME.NAMESPACE`,
    };
  }
}
