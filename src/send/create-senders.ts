/**
 * Makes what sends spans where the settings ask for more than one Jaeger: OTLP, the console, a list, or failover.
 * Sixth station of a span's way; made once, and read only then.
 */
import type { Config, ExporterName } from '../config/config';
import type { Counters } from '../diagnostics/counters';
import { createJaeger, jaegerOf } from './create-jaeger';
import type { Destination } from './create-transport';
import type { Failing, FailoverSender } from './failover/failover-sender';
import type { WatchedTransport } from './failover/watched-transport';
import type { OtlpSender } from './otlp/otlp-sender';
import type { Sender } from './sender';

export function createSenders(config: Config, counters: Counters): Sender {
  const [first, ...others] = config.exporter.map((name, index) =>
    // Only the first can be replaced: what goes to a second one is a copy.
    index === 0 && name !== 'console' && config.exporterFallback.length > 0
      ? createFailover(config, counters, name)
      : createExporter(config, counters, name),
  );
  if (others.length === 0) return first!;
  const { FanOutSender } = require('./fan-out-sender') as typeof import('./fan-out-sender');
  return new FanOutSender([first!, ...others]);
}

function createExporter(config: Config, counters: Counters, name: ExporterName): Sender {
  if (name === 'otlp') return createOtlp(config, counters);
  if (name === 'jaeger') return createJaeger(config, counters);
  const { ConsoleSender } = require('./console/console-sender') as typeof import('./console/console-sender');
  return new ConsoleSender();
}

function createFailover(config: Config, counters: Counters, first: 'jaeger' | 'otlp'): FailoverSender {
  const { FailoverSender } =
    require('./failover/failover-sender') as typeof import('./failover/failover-sender');
  const { WatchedTransport } =
    require('./failover/watched-transport') as typeof import('./failover/watched-transport');
  const jaeger = jaegerOf(config);
  const order = [...new Set([first, ...config.exporterFallback])];
  return new FailoverSender({
    destinations: order.map((to) => (failing) => {
      if (to === 'otlp') {
        const sender = createOtlp(config, counters, failing);
        return { name: sender.destination, sender, probe: (done) => sender.probe(done) };
      }
      const destination = to === 'jaeger' ? jaeger : collectorAt(to, jaeger);
      let watched!: WatchedTransport;
      const sender = createJaeger(config, counters, destination, (direct) => {
        watched = new WatchedTransport(direct, failing, counters);
        return watched;
      });
      return {
        name: destination.endpoint ?? `udp://${destination.host}:${destination.port}`,
        sender,
        probe: (done) => watched.probe(done),
        settled: () => watched.settled(),
      };
    }),
    exportTimeout: config.exportTimeoutMillis,
  });
}

function createOtlp(config: Config, counters: Counters, failing?: Failing): OtlpSender {
  const { OtlpSender } = require('./otlp/otlp-sender') as typeof import('./otlp/otlp-sender');
  return new OtlpSender({
    counters,
    maxBatchSize: config.maxExportBatchSize,
    maxQueueSize: config.maxQueueSize,
    maxQueueBytes: config.maxQueueBytes,
    scheduleDelay: config.scheduleDelayMillis,
    exportTimeout: config.exportTimeoutMillis,
    passOn: failing === undefined ? undefined : (spans) => failing.passOn(spans),
  });
}

/** A collector that stands in: the credentials of the settings are another's, its own are in its URL. */
function collectorAt(address: string, jaeger: Destination): Destination {
  const url = new URL(address);
  const user = url.username === '' ? undefined : decodeURIComponent(url.username);
  const password = url.password === '' ? undefined : decodeURIComponent(url.password);
  url.username = '';
  url.password = '';
  return { ...jaeger, endpoint: url.href, user, password, token: undefined, headers: undefined };
}
