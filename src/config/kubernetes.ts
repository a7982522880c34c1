/**
 * Finds Jaeger by the variables that Kubernetes sets in every pod for a service named jaeger-collector or jaeger-agent.
 * Beside a span's way: a source of settings below every variable that a person sets.
 *
 * https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables: `{NAME}_SERVICE_HOST`,
 * `{NAME}_SERVICE_PORT` (the first port), `{NAME}_SERVICE_PORT_{PORT NAME}`, and in Docker's older manner
 * `{NAME}_PORT=tcp://10.0.0.1:6831`, of which only the address is read here.
 */
import type { Environment } from './parser';

/** What was found, as text for the settings' parsers, and the variable that told. */
export interface Discovered {
  readonly endpoint?: Found | undefined;
  readonly agentHost?: Found | undefined;
  readonly agentPort?: Found | undefined;
  readonly agentProtocol?: Found | undefined;
}

export interface Found {
  readonly name: string;
  readonly value: string;
}

interface ServicePort extends Found {
  /** The port's name in capitals; empty for the first port. */
  readonly portName: string;
}

const COLLECTOR = 'JAEGER_COLLECTOR';
const AGENT = 'JAEGER_AGENT';
/** Ports of the collector that don't take Jaeger's Thrift over HTTP: gRPC, TChannel, Zipkin, OTLP, admin. */
const OTHER_COLLECTOR_PORTS = ['14250', '14267', '9411', '4317', '4318', '14269'];
const OTHER_COLLECTOR_NAMES = /GRPC|TCHAN|ZIPKIN|OTLP|ADMIN|HEALTH|METRICS/;
/** Jaeger's manifests call the collector's port jaeger-collector-http, its operator http-c-binary-trft, its chart http. */
const COLLECTOR_NAMES = /HTTP|BINARY|THRIFT/;
/** The agent's ports for the old Zipkin format, configuration and admin. */
const OTHER_AGENT_PORTS = ['5775', '5778', '14271'];
const OTHER_AGENT_NAMES = /ZIPKIN|ZK|CONFIG|ADMIN/;
const HOST_AND_PORT = /^(tcp|udp):\/\/(\[[^\]]+\]|[^/:]+):(\d+)$/;

/** Without one of these there is nothing to find: the usual case, which must cost nothing. */
const SERVICES = [COLLECTOR, AGENT].flatMap((service) => [`${service}_SERVICE_HOST`, `${service}_PORT`]);
const NOTHING: Discovered = {};

/**
 * Whether a variable's value is the address of a service, `tcp://10.0.0.1:6831`: Kubernetes has set it then, under a name
 * that is also a setting's, as JAEGER_AGENT_PORT.
 */
export function isServiceAddress(value: string): boolean {
  return /^(?:tcp|udp|sctp):\/\//.test(value.trim());
}

/** What the variables tell of Jaeger; nothing in most processes. */
export function discoverServices(env: Environment): Discovered {
  if (!SERVICES.some((name) => env[name] !== undefined)) return NOTHING;
  const collector = serviceHost(env, COLLECTOR);
  const agent = serviceHost(env, AGENT);
  if (collector === undefined && agent === undefined) return NOTHING;
  return {
    ...(agent !== undefined && agentAddress(env, agent)),
    endpoint: collector && collectorEndpoint(env, collector),
  };
}

function collectorEndpoint(env: Environment, host: Found): Found | undefined {
  const ports = servicePorts(env, COLLECTOR);
  const chosen =
    ports.find(({ value }) => value === '14268') ??
    ports.find(({ portName }) => COLLECTOR_NAMES.test(portName) && !OTHER_COLLECTOR_NAMES.test(portName)) ??
    (ports.every(({ portName }) => portName === '') ? ports[0] : undefined);
  if (chosen !== undefined && OTHER_COLLECTOR_PORTS.includes(chosen.value)) return undefined;
  // No port at all: set by hand, as Kubernetes always sets one.
  if (chosen === undefined && ports.length > 0) return undefined;
  const address = host.value.includes(':') && !host.value.startsWith('[') ? `[${host.value}]` : host.value;
  return { name: host.name, value: `http://${address}:${chosen?.value ?? '14268'}/api/traces` };
}

function agentAddress(env: Environment, agentHost: Found): Discovered {
  const ports = servicePorts(env, AGENT);
  // No port at all: set by hand, as Kubernetes always sets one.
  if (ports.length === 0) return { agentHost };
  const own = ports.filter(
    (port) => !OTHER_AGENT_PORTS.includes(port.value) && !OTHER_AGENT_NAMES.test(port.portName),
  );
  const chosen =
    own.find(({ value }) => value === '6831') ??
    own.find(({ portName }) => portName.includes('COMPACT')) ??
    own.find(({ value }) => value === '6832') ??
    own.find(({ portName }) => portName.includes('BINARY')) ??
    own.find(({ portName }) => portName === '');
  if (chosen === undefined) return {};
  const binary = chosen.value !== '6831' && chosen.portName.includes('BINARY');
  return {
    agentHost,
    agentPort: chosen,
    agentProtocol: binary ? { name: chosen.name, value: 'binary' } : undefined,
  };
}

function serviceHost(env: Environment, service: string): Found | undefined {
  const name = `${service}_SERVICE_HOST`;
  const value = env[name]?.trim();
  if (value) return { name, value };
  const older = `${service}_PORT`;
  const address = HOST_AND_PORT.exec(env[older]?.trim() ?? '');
  return address === null ? undefined : { name: older, value: address[2]! };
}

/** The ports of a service that are numbers, the named ones first: they say what they are for. */
function servicePorts(env: Environment, service: string): ServicePort[] {
  const first = `${service}_SERVICE_PORT`;
  const result: ServicePort[] = [];
  for (const name of Object.keys(env)) {
    if (!name.startsWith(`${first}_`)) continue;
    const value = env[name]?.trim() ?? '';
    if (/^\d+$/.test(value)) result.push({ name, value, portName: name.slice(first.length + 1) });
  }
  const value = env[first]?.trim() ?? '';
  if (/^\d+$/.test(value)) result.push({ name: first, value, portName: '' });
  if (result.length > 0) return result;
  const older = `${service}_PORT`;
  const address = HOST_AND_PORT.exec(env[older]?.trim() ?? '');
  return address === null ? [] : [{ name: older, value: address[3]!, portName: '' }];
}
