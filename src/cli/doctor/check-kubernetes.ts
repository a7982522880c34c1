/**
 * Looks at what Kubernetes tells this process about Jaeger's services.
 * Beside a span's way.
 */
import { discoverServices } from '../../config/kubernetes';
import type { Effective } from '../settings';
import type { Finding } from './finding';

const SERVICES = /^JAEGER_(?:AGENT|COLLECTOR)_(?:SERVICE_(?:HOST|PORT)|PORT)$/;

export function kubernetesFinding({ config, env, sources }: Effective): Finding {
  const check = 'Kubernetes';
  const inPod = (env.KUBERNETES_SERVICE_HOST ?? '') !== '';
  const names = Object.keys(env).filter((name) => SERVICES.test(name));
  if (!inPod && names.length === 0) return { check, status: 'skip', found: 'not in a pod' };
  const told = Object.values(discoverServices(env)).some((found) => found !== undefined);
  const used = [sources.agentHost, sources.endpoint].some(({ kind }) => kind === 'kubernetes');
  if (used) return { check, status: 'ok', found: `Jaeger's address is from ${names.join(', ')}` };
  if (told)
    return {
      check,
      status: 'ok',
      found: `${names.join(', ')} tell of Jaeger; other settings have precedence`,
    };
  const local = config.endpoint === undefined && /^(?:localhost|127\.|::1)/.test(config.agentHost);
  if (!local) return { check, status: 'ok', found: 'in a pod; the settings name the address' };
  return {
    check,
    status: 'warn',
    found:
      'in a pod, and nothing names Jaeger: localhost is the pod itself, and pods older than the Jaeger service have no variables of it',
    next: 'restart the pod after the service jaeger-agent or jaeger-collector was created, or set TRACING_AGENT_AGENT_HOST',
  };
}
