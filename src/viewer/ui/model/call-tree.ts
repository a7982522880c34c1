/** Spans with the same way from the root joined into one node: what flame graph and comparison draw. */
import { selfTime } from './intervals';
import type { Span, Trace } from './span';

export interface CallNode {
  /** Its place among the tree's nodes. */
  id: number;
  /** Service and operation: unique among its siblings. */
  name: string;
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
  const below = new Map<CallNode | undefined, Map<string, CallNode>>();
  let id = 0;
  const ofSpan = new Map<Span, CallNode>();
  for (const span of trace.spans) {
    const above = span.parent === undefined ? undefined : ofSpan.get(span.parent);
    // Names from the root to here would grow with the depth of a chain.
    const siblings = below.get(above) ?? new Map<string, CallNode>();
    below.set(above, siblings);
    const name = `${span.service}\t${span.operation}`;
    let node = siblings.get(name);
    if (node === undefined) {
      const { service, operation, depth } = span;
      const sums = { total: 0, self: 0, failed: 0 };
      node = { id: id++, name, service, operation, depth, spans: [], ...sums, children: [] };
      siblings.set(name, node);
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

export interface PlacedCall {
  node: CallNode;
  above: PlacedCall | undefined;
  /** Columns from the left, rows from the top; a caller stands in the middle of what it calls. */
  column: number;
  row: number;
}

/** A tree from left to right, at most so many nodes. */
export function placeCalls(roots: CallNode[], most: number): PlacedCall[] {
  const placed: PlacedCall[] = [];
  const stack: { node: CallNode; above: PlacedCall | undefined }[] = [];
  const push = (nodes: CallNode[], above: PlacedCall | undefined) => {
    for (let i = nodes.length - 1; i >= 0; i--) stack.push({ node: nodes[i]!, above });
  };
  push(roots, undefined);
  let rows = 0;
  for (let next = stack.pop(); next !== undefined && placed.length < most; next = stack.pop()) {
    const { node, above } = next;
    const call = { node, above, column: above === undefined ? 0 : above.column + 1, row: -1 };
    placed.push(call);
    if (node.children.length === 0) call.row = rows++;
    push(node.children, call);
  }
  // From the leaves up: what is below has its row by then.
  const ends = new Map<PlacedCall, [first: number, last: number]>();
  for (const call of placed.toReversed()) {
    const [first, last] = ends.get(call) ?? [call.row < 0 ? rows++ : call.row, -1];
    if (call.row < 0) call.row = last < 0 ? first : (first + last) / 2;
    if (call.above === undefined) continue;
    const known = ends.get(call.above);
    ends.set(call.above, known === undefined ? [call.row, call.row] : [call.row, known[1]]);
  }
  return placed;
}

interface FlameBox {
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
