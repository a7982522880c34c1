/** Two traces side by side: nodes with the same way from the root are matched, and their counts and times compared. */
import { type CallNode, callTree } from './call-tree';
import type { Trace } from './span';

export interface ComparedNode {
  path: string;
  service: string;
  operation: string;
  depth: number;
  a: { count: number; total: number; failed: number } | undefined;
  b: { count: number; total: number; failed: number } | undefined;
  /** Microseconds that `b` took longer. */
  difference: number;
}

/** In the order of the calls; what only one trace has stands where its parent stands. */
export function compareTraces(a: Trace, b: Trace): ComparedNode[] {
  const rows: ComparedNode[] = [];
  const visit = (left: CallNode[], right: CallNode[]) => {
    const rest = new Map(right.map((node) => [node.path, node]));
    for (const node of left) {
      const other = rest.get(node.path);
      rest.delete(node.path);
      rows.push(compared(node, node, other));
      visit(node.children, other?.children ?? []);
    }
    for (const node of rest.values()) {
      rows.push(compared(node, undefined, node));
      visit([], node.children);
    }
  };
  visit(callTree(a), callTree(b));
  return rows;
}

function compared(of: CallNode, a: CallNode | undefined, b: CallNode | undefined): ComparedNode {
  const { path, service, operation, depth } = of;
  return {
    path,
    service,
    operation,
    depth,
    a: sums(a),
    b: sums(b),
    difference: (b?.total ?? 0) - (a?.total ?? 0),
  };
}

function sums(node: CallNode | undefined): ComparedNode['a'] {
  return node && { count: node.spans.length, total: node.total, failed: node.failed };
}
