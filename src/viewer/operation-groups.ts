/**
 * Groups spans by service and operation: names are compared once for each segment and operation, not for each span.
 * After a span's way: under the statistics and the metrics over time.
 */
import type { Segment } from './segment';

/** A segment's origins are numbered below this. */
const MOST_ORIGINS = 65_536;

export class OperationGroups<G> {
  private readonly byName = new Map<string, G>();
  private readonly bySegment = new Map<Segment, Map<number, G>>();
  private segment: Segment | undefined;
  /** Of the segment that was asked for last, which is mostly the next one too. */
  private known = new Map<number, G>();

  /**
   * @param byOperation by service alone, where it is false; the operation's name is empty then
   * @param begin makes a group for its first span
   */
  constructor(
    private readonly byOperation: boolean,
    private readonly begin: (service: string, operation: string) => G,
  ) {}

  /** In the order of their first spans. */
  all(): G[] {
    return [...this.byName.values()];
  }

  /** The group of a span. */
  of(segment: Segment, row: number): G {
    if (segment !== this.segment) {
      this.segment = segment;
      this.known = this.bySegment.get(segment) ?? new Map();
      this.bySegment.set(segment, this.known);
    }
    const name = this.byOperation ? segment.name[row]! : 0;
    const origin = segment.origin[row]!;
    const key = name * MOST_ORIGINS + origin;
    let group = this.known.get(key);
    if (group === undefined) {
      const service = segment.origins[origin]!.process.serviceName;
      const operation = this.byOperation ? segment.names.text(name) : '';
      const names = JSON.stringify([service, operation]);
      group = this.byName.get(names) ?? this.begin(service, operation);
      this.byName.set(names, group);
      this.known.set(key, group);
    }
    return group;
  }
}
