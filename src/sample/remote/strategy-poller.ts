/**
 * Asks Jaeger for the sampling strategy of this service.
 * Fifth station of a span's way: feeds the remote sampler. What it can't use it ignores, so that the last strategy stays.
 */
import { Poller } from './poller';
import { parseStrategy, type Strategy } from './strategy';

interface StrategyPollerOptions {
  /** Such as `http://localhost:5778/sampling`. */
  readonly endpoint: string;
  readonly serviceName: string;
  /** Between two questions, in milliseconds. */
  readonly interval: number;
  readonly onStrategy: (strategy: Strategy) => void;
}

export class StrategyPoller extends Poller {
  constructor({ endpoint, serviceName, interval, onStrategy }: StrategyPollerOptions) {
    super({
      url: () => {
        const url = new URL(endpoint);
        url.searchParams.set('service', serviceName);
        return url;
      },
      interval,
      onAnswer: (body) => onStrategy(parseStrategy(body)),
    });
  }
}
