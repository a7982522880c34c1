/**
 * Answers which sampling strategy a service has, from a file in the format of Jaeger's, read again when it changes.
 * Beside a span's way: the sampling server that agents ask on port 5778.
 */
import { readFileSync, statSync } from 'node:fs';

/** What Jaeger answers without a file: everything, on a developer's machine. */
const EVERYTHING = { strategyType: 'PROBABILISTIC', probabilisticSampling: { samplingRate: 1 } };

interface FileStrategy {
  service?: string;
  type?: string;
  param?: number;
  operation_strategies?: { operation: string; type?: string; param?: number }[];
}
interface StrategyFile {
  default_strategy?: FileStrategy;
  service_strategies?: FileStrategy[];
}

export class Strategies {
  /** Why the file couldn't be read; what it held before stays in force. */
  error: string | null = null;
  private content: StrategyFile = {};
  private stamp = '';

  constructor(readonly file: string | undefined) {}

  /** Services that the file names. */
  get services(): string[] {
    this.refresh();
    return (this.content.service_strategies ?? []).map(({ service }) => service ?? '');
  }

  for(service: string): Record<string, unknown> {
    this.refresh();
    const { default_strategy, service_strategies } = this.content;
    const own = service_strategies?.find((each) => each.service === service);
    const strategy = own ?? default_strategy;
    if (strategy === undefined) return EVERYTHING;
    const answer = plain(strategy);
    const perOperation = [...(strategy.operation_strategies ?? [])];
    // The default's operations hold for a service that has none of the same name.
    for (const each of own === undefined ? [] : (default_strategy?.operation_strategies ?? [])) {
      if (!perOperation.some(({ operation }) => operation === each.operation)) perOperation.push(each);
    }
    if (perOperation.length === 0) return answer;
    return {
      ...answer,
      operationSampling: {
        defaultSamplingProbability: strategy.type === 'probabilistic' ? (strategy.param ?? 1) : 1,
        defaultLowerBoundTracesPerSecond: 0,
        perOperationStrategies: perOperation
          // As in Jaeger, whose answer has no rate limit for an operation.
          .filter(({ type }) => type === undefined || type === 'probabilistic')
          .map(({ operation, param }) => ({
            operation,
            probabilisticSampling: { samplingRate: param ?? 1 },
          })),
      },
    };
  }

  private refresh(): void {
    if (this.file === undefined) return;
    try {
      const { mtimeMs, size, ino } = statSync(this.file);
      const stamp = `${mtimeMs} ${size} ${ino}`;
      if (stamp === this.stamp) return;
      this.stamp = stamp;
      this.content = checked(JSON.parse(readFileSync(this.file, 'utf8')));
      this.error = null;
    } catch (error) {
      this.error = (error as Error).message;
    }
  }
}

function plain({ type, param }: FileStrategy): Record<string, unknown> {
  if (type === 'ratelimiting')
    return { strategyType: 'RATE_LIMITING', rateLimitingSampling: { maxTracesPerSecond: param ?? 0 } };
  return { strategyType: 'PROBABILISTIC', probabilisticSampling: { samplingRate: param ?? 1 } };
}

function checked(content: unknown): StrategyFile {
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new Error('the strategies file holds no object');
  const { service_strategies: services } = content as StrategyFile;
  if (services !== undefined && !Array.isArray(services)) throw new Error('service_strategies is no list');
  return content as StrategyFile;
}
