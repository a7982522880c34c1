/**
 * Asks the sampling server as the remote sampler would.
 * Beside a span's way.
 */
import { parseStrategy } from '../../sample/remote/strategy';
import { get } from '../http-exchange';
import type { Effective } from '../settings';
import type { Finding } from './finding';

/** In milliseconds; as long as the agent waits. */
const TIMEOUT = 5_000;

export async function samplingFinding({ config, sources }: Effective): Promise<Finding> {
  const check = 'sampling server';
  if (config.sampler.type !== 'remote') return { check, status: 'skip', found: 'the sampler needs none' };
  const address = config.samplingEndpoint;
  const next = `start it, correct TRACING_AGENT_SAMPLING_ENDPOINT, or choose another sampler (${sources.sampler.name})`;
  const fail = (found: string): Finding => ({
    check,
    status: 'fail',
    found: `${address}: ${found}; until it answers ${config.sampler.argument * 100} % of traces are kept`,
    next,
  });
  try {
    const url = new URL(address);
    url.searchParams.set('service', config.serviceName);
    const { status, body } = await get(url, TIMEOUT);
    if (status !== 200) return fail(`it answered ${status}`);
    const strategy = parseStrategy(body);
    const most =
      strategy.type === 'probabilistic'
        ? strategy.rate
        : strategy.type === 'ratelimiting'
          ? strategy.tracesPerSecond
          : Math.max(
              strategy.defaultRate,
              strategy.lowerBound,
              ...strategy.operations.map(({ rate }) => rate),
            );
    if (most === 0)
      return {
        check,
        status: 'fail',
        found: `${address} says that ${config.serviceName} keeps no trace`,
        next: "change Jaeger's strategies",
      };
    return { check, status: 'ok', found: `${address} answers: ${strategy.type}` };
  } catch (error) {
    return fail((error as Error).message);
  }
}
