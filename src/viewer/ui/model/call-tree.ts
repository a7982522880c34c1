/** Spans with the same way from the root joined into one node: what flame graph and comparison draw. */
import { selfTime } from './intervals';
import type { Span, Trace } from './span';

export interface CallNode {
  /** The operations from the root to here. */
  path: string;
  service: string;
  operation: string;
  depth: number;
  spans: Span[];
  total: number;
  self: number;
  failed: number;
  children: CallNode[];
}

/** Without recursion: the trace's spans come parents first. @returns the roots */
export function callTree(trace: Trace): CallNode[] {
  const roots: CallNode[] = [];
  const byPath = new Map<string, CallNode>();
  const ofSpan = new Map<Span, CallNode>();
  for (const span of trace.spans) {
    const above = span.parent === undefined ? undefined : ofSpan.get(span.parent);
    const path = `${above?.path ?? ''}\n${span.service}\t${span.operation}`;
    let node = byPath.get(path);
    if (node === undefined) {
      const { service, operation, depth } = span;
      node = { path, service, operation, depth, spans: [], total: 0, self: 0, failed: 0, children: [] };
      byPath.set(path, node);
      (above?.children ?? roots).push(node);
    }
    node.spans.push(span);
    node.total += span.duration;
    node.self += selfTime(span);
    if (span.failed) node.failed++;
    ofSpan.set(span, node);
  }
  return roots;
}

export interface FlameBox {
  node: CallNode;
  /** 0 to 1 of the graph's width. */
  left: number;
  width: number;
  depth: number;
}

/** Boxes at least `least` wide; children that together last longer than their parent (parallel ones) share its width. */
export function flameBoxes(roots: CallNode[], least = 0.0005): FlameBox[] {
  const boxes: FlameBox[] = [];
  const stack: { nodes: CallNode[]; left: number; width: number; whole: number; depth: number }[] = [
    { nodes: roots, left: 0, width: 1, whole: 0, depth: 0 },
  ];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const sum = top.nodes.reduce((total, node) => total + node.total, 0);
    const whole = Math.max(sum, top.whole);
    let { left } = top;
    for (const node of [...top.nodes].sort((a, b) => b.total - a.total)) {
      const width = whole > 0 ? (node.total / whole) * top.width : top.width / top.nodes.length;
      if (width >= least) {
        boxes.push({ node, left, width, depth: top.depth });
        stack.push({ nodes: node.children, left, width, whole: node.total, depth: top.depth + 1 });
      }
      left += width;
    }
  }
  return boxes;
}
