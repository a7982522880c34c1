/** The trace as a graph: who calls what how often, from left to right; a box leads to its spans in the timeline. */
import { SegmentedControl } from '@mantine/core';
import { useMemo, useState } from 'react';
import { type CallNode, callTree, type PlacedCall, placeCalls } from '../model/call-tree';
import { formatDuration } from '../model/duration';
import { serviceColor } from '../model/service-color';
import type { Trace } from '../model/span';
import { queryForOperation } from './statistics-table';

const WIDTH = 210;
const HEIGHT = 62;
const STEP_X = 250;
const STEP_Y = 76;
/** More would neither be drawn fast nor be read. */
const MOST = 400;

interface CallGraphProps {
  trace: Trace;
  /** Finds the spans of a box in the timeline. */
  onFind: (query: string) => void;
}

export function CallGraph({ trace, onFind }: CallGraphProps) {
  const calls = useMemo(() => placeCalls(callTree(trace), MOST), [trace]);
  const [heat, setHeat] = useState('self');
  const value = (node: CallNode) => (heat === 'self' ? node.self : node.total);
  const most = calls.reduce((max, { node }) => Math.max(max, value(node)), 1);
  const width = calls.reduce((max, call) => Math.max(max, call.column), 0) * STEP_X + WIDTH + 20;
  const height = calls.reduce((max, call) => Math.max(max, call.row), 0) * STEP_Y + HEIGHT + 20;
  return (
    <>
      <SegmentedControl
        size="xs"
        my="xs"
        aria-label="The bar in a box is its"
        data={[
          { value: 'self', label: 'Self time' },
          { value: 'total', label: 'Total time' },
        ]}
        value={heat}
        onChange={setHeat}
      />
      <section className="call-graph" aria-label="Calls of the trace">
        <div style={{ width, height, position: 'relative' }}>
          <svg width={width} height={height} aria-hidden="true">
            {calls.map(
              (call) =>
                call.above && <path key={call.node.id} className="call-line" d={curve(call.above, call)} />,
            )}
          </svg>
          {calls.map(({ node, column, row }) => (
            <button
              type="button"
              key={node.id}
              className="call-box"
              data-failed={node.failed > 0 || undefined}
              style={{
                left: 10 + column * STEP_X,
                top: 10 + row * STEP_Y,
                width: WIDTH,
                height: HEIGHT,
                borderLeftColor: serviceColor(node.service),
              }}
              title={`${node.service}: ${node.operation}`}
              onClick={() => onFind(queryForOperation(node.service, node.operation))}
            >
              <span className="call-service">{node.service}</span>
              <strong>{node.operation}</strong>
              <span className="call-sums">
                {node.spans.length} × {formatDuration(node.total / node.spans.length)}, self{' '}
                {formatDuration(node.self)}
                {node.failed > 0 && <span className="mark-failed">, {node.failed} failed</span>}
              </span>
              <span
                className="call-heat"
                aria-hidden="true"
                style={{ width: `${(value(node) / most) * 100}%` }}
              />
            </button>
          ))}
        </div>
      </section>
      {calls.length === MOST && <p className="quiet">The first {MOST} calls.</p>}
    </>
  );
}

function curve(from: PlacedCall, to: PlacedCall): string {
  const x1 = 10 + from.column * STEP_X + WIDTH;
  const y1 = 10 + from.row * STEP_Y + HEIGHT / 2;
  const x2 = 10 + to.column * STEP_X;
  const y2 = 10 + to.row * STEP_Y + HEIGHT / 2;
  const bend = (x2 - x1) / 2;
  return `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}
