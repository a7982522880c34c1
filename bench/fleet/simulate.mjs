// What becomes of a fleet's traces: each operation's load and coverage.
import { createRandom } from './random.mjs';
import { ADAPTIVE, adaptiveRate } from './server.mjs';
import { createStreams } from './streams.mjs';

/** For each of these, the chance that a trace of an operation is kept. */
export const MINUTES = [1, 10, 60];
/** Operations given one by one; of more, so many from the busiest to the rarest. */
const MOST_GIVEN = 10_000;

/**
 * @param fleet of model.mjs
 * @param strategyOf what the sampling server says to a service, of server.mjs; for the sampler `remote`
 */
export function simulate(fleet, options, strategyOf) {
  const { sampler, param, seed, spans, bytes } = options;
  const sharesOf = createStreams({
    seed,
    budget: {
      spans: options['own-spans'],
      requestMicros: options['request-micros'],
      spanMicros: options['span-micros'],
    },
  });
  const random = createRandom(seed + 1);
  const operations = [];
  const streams = [];
  let processes = 0;
  for (const service of fleet) {
    processes += service.processes;
    const perProcess = service.operations.reduce((sum, each) => sum + each.perSecond, 0) / service.processes;
    const strategy = sampler === 'remote' ? strategyOf(service.name) : { type: sampler, parameter: param };
    for (const { name, perSecond } of service.operations) {
      operations.push({ service: service.name, operation: name, perSecond });
      streams.push(streamOf(name, perSecond, service.processes, perProcess, strategy));
    }
  }
  for (const [at, share] of sharesOf(streams).entries()) {
    const kept = operations[at].perSecond * share;
    operations[at].keptPerSecond = kept;
    // As if kept traces came independently; a lower bound spaces them more evenly, and shows more than this.
    operations[at].seen = Object.fromEntries(
      MINUTES.map((minutes) => [minutes, -Math.expm1(-kept * minutes * 60)]),
    );
  }
  const sum = (field) => operations.reduce((total, each) => total + each[field], 0);
  const kept = sum('keptPerSecond');
  operations.sort((a, b) => b.perSecond - a.perSecond);
  return {
    sampler,
    param,
    seed,
    services: fleet.length,
    processes,
    operations: operations.length,
    tracesPerSecond: sum('perSecond'),
    keptTracesPerSecond: kept,
    spansPerSecond: kept * spans,
    bytesPerSecond: kept * spans * bytes,
    coverage: Object.fromEntries(
      MINUTES.map((minutes) => [
        minutes,
        operations.reduce((total, { seen }) => total + seen[minutes], 0) / operations.length,
      ]),
    ),
    perOperation: some(operations, MOST_GIVEN),
  };

  /** The traces that one sampler of a process decides about: all of the process's, or those of one operation. */
  function streamOf(operation, perSecond, processes, perProcess, strategy) {
    switch (strategy.type) {
      case 'adaptive':
        return {
          type: 'operation',
          parameter: adaptiveRate({ perSecond, target: param, rounds: options.rounds, random }),
          lowerBound: ADAPTIVE.lowerBound,
          perSecond: perSecond / processes,
        };
      case 'operations':
        return {
          type: 'operation',
          parameter:
            strategy.operations.find((each) => each.operation === operation)?.rate ?? strategy.defaultRate,
          lowerBound: strategy.lowerBound,
          perSecond: perSecond / processes,
        };
      case 'ratelimiting':
        return {
          type: 'ratelimiting',
          parameter: strategy.tracesPerSecond ?? strategy.parameter,
          perSecond: perProcess,
        };
      case 'probabilistic':
        return {
          type: 'probabilistic',
          parameter: strategy.rate ?? strategy.parameter,
          perSecond: perProcess,
        };
      default:
        return { ...strategy, perSecond: perProcess };
    }
  }
}

/** So many of a list, evenly, the first and the last among them. */
export function some(list, count) {
  if (list.length <= count) return list;
  return Array.from({ length: count }, (_, at) => list[Math.round((at * (list.length - 1)) / (count - 1))]);
}
