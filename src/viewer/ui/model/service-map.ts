/** The service map: nodes and edges with counts, errors and latencies, and where each node is drawn. */
import type { ServiceMap } from '../../api/answers';
import type { ApiDependency } from './jaeger-trace';
import type { Trace } from './span';
import { percentile } from './statistics';

type MapNode = ServiceMap['nodes'][number];
export type MapEdge = ServiceMap['edges'][number];

class Sums {
  count = 0;
  errors = 0;
  durations: number[] = [];
  add(duration: number, failed: boolean): void {
    this.count++;
    if (failed) this.errors++;
    this.durations.push(duration);
  }
  numbers(seconds: number) {
    const sorted = this.durations.sort((a, b) => a - b);
    return {
      count: this.count,
      rate: this.count / seconds,
      errors: this.errors,
      p50: percentile(sorted, 0.5),
      p95: percentile(sorted, 0.95),
    };
  }
}

/** From whole traces, where the server gives only Jaeger's counts: what was read stands for the rest. */
export function mapFromTraces(traces: Trace[], dependencies: ApiDependency[], seconds: number): ServiceMap {
  const nodes = new Map<string, Sums>();
  const edges = new Map<string, Sums>();
  const sumsOf = (map: Map<string, Sums>, key: string) => {
    const known = map.get(key);
    if (known !== undefined) return known;
    const sums = new Sums();
    map.set(key, sums);
    return sums;
  };
  for (const { parent, child } of dependencies) {
    sumsOf(nodes, parent);
    sumsOf(nodes, child);
    sumsOf(edges, `${parent}\n${child}`);
  }
  for (const trace of traces) {
    for (const span of trace.spans) {
      const caller = span.parent?.service;
      // A service's own inner spans aren't requests to it.
      if (caller === span.service) continue;
      sumsOf(nodes, span.service).add(span.duration, span.failed);
      if (caller !== undefined) sumsOf(edges, `${caller}\n${span.service}`).add(span.duration, span.failed);
    }
  }
  const counts = new Map(dependencies.map((each) => [`${each.parent}\n${each.child}`, each.callCount]));
  return {
    nodes: [...nodes].map(([service, sums]) => ({ service, ...sums.numbers(seconds) })),
    edges: [...edges].map(([key, sums]) => {
      const [parent = '', child = ''] = key.split('\n');
      const numbers = sums.numbers(seconds);
      const count = Math.max(numbers.count, counts.get(key) ?? 0);
      return { parent, child, ...numbers, count, rate: count / seconds };
    }),
  };
}

export interface PlacedNode extends MapNode {
  /** Layer from the left, and place in the layer from the top. */
  column: number;
  row: number;
}

/** Callers stand left of whom they call; a circle is cut where it was entered. */
export function placeNodes({ nodes, edges }: ServiceMap): PlacedNode[] {
  const callees = new Map<string, string[]>();
  for (const { parent, child } of edges)
    if (parent !== child) callees.set(parent, [...(callees.get(parent) ?? []), child]);
  const called = new Set(edges.filter((each) => each.parent !== each.child).map((each) => each.child));
  const columns = new Map<string, number>();
  const visit = (service: string, column: number, above: Set<string>) => {
    if (above.has(service) || (columns.get(service) ?? -1) >= column) return;
    columns.set(service, column);
    const path = new Set(above).add(service);
    for (const callee of callees.get(service) ?? []) visit(callee, column + 1, path);
  };
  for (const { service } of nodes) if (!called.has(service)) visit(service, 0, new Set());
  // What is left is in circles that nothing enters.
  for (const { service } of nodes) if (!columns.has(service)) visit(service, 0, new Set());
  const filled = new Map<number, number>();
  return [...nodes]
    .sort((a, b) => b.count - a.count || a.service.localeCompare(b.service))
    .map((node) => {
      const column = columns.get(node.service) ?? 0;
      const row = filled.get(column) ?? 0;
      filled.set(column, row + 1);
      return { ...node, column, row };
    });
}

/** The service, whom it calls and who calls it, up to `steps` away. */
export function around({ nodes, edges }: ServiceMap, service: string, steps: number): ServiceMap {
  let near = new Set([service]);
  for (let step = 0; step < steps; step++) {
    const wider = new Set(near);
    for (const { parent, child } of edges) {
      if (near.has(parent)) wider.add(child);
      if (near.has(child)) wider.add(parent);
    }
    near = wider;
  }
  return {
    nodes: nodes.filter((each) => near.has(each.service)),
    edges: edges.filter((each) => near.has(each.parent) && near.has(each.child)),
  };
}
