/** Two traces side by side: nodes with the same way from the root are matched, and their counts and times compared. */
import { type CallNode, callTree } from './call-tree';
import type { Trace } from './span';

export interface ComparedNode {
  /** Its place in the list. */
  key: number;
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
    const rest = new Map(right.map((node) => [node.name, node]));
    for (const node of left) {
      const other = rest.get(node.name);
      rest.delete(node.name);
      rows.push(compared(rows.length, node, other));
      visit(node.children, other?.children ?? []);
    }
    for (const node of rest.values()) {
      rows.push(compared(rows.length, undefined, node));
      visit([], node.children);
    }
  };
  visit(callTree(a), callTree(b));
  return rows;
}

function compared(key: number, a: CallNode | undefined, b: CallNode | undefined): ComparedNode {
  const { service, operation, depth } = (a ?? b)!;
  return {
    key,
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
