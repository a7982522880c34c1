/** The trace as a flame graph: calls with the same way from the root joined, as wide as they took time. */
import { Button, Group, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { type CallNode, callTree, flameBoxes } from '../model/call-tree';
import { formatDuration } from '../model/duration';
import { serviceColor } from '../model/service-color';
import type { Span, Trace } from '../model/span';

const ROW = 24;
/** Of the graph's width. */
const LEAST_NAMED = 0.03;

export function FlameGraph({ trace, onShow }: { trace: Trace; onShow: (span: Span) => void }) {
  const roots = useMemo(() => callTree(trace), [trace]);
  const [top, setTop] = useState<CallNode>();
  const [shown, setShown] = useState<CallNode>();
  const boxes = useMemo(() => flameBoxes(top ? [top] : roots), [roots, top]);
  const depth = boxes.reduce((most, box) => Math.max(most, box.depth + 1), 0);
  const about = shown ?? top;
  return (
    <div className="flame">
      <Group justify="space-between" my="xs" mih={30}>
        <Text size="sm" role="status">
          {about
            ? `${about.service}: ${about.operation} – ${about.spans.length} span${about.spans.length === 1 ? '' : 's'}, ${formatDuration(about.total)}, self time ${formatDuration(about.self)}`
            : 'Click a box to see it at full width.'}
        </Text>
        <Group gap="xs">
          {about && (
            <Button size="compact-sm" variant="default" onClick={() => onShow(about.spans[0]!)}>
              Show in the timeline
            </Button>
          )}
          {top && (
            <Button size="compact-sm" variant="default" onClick={() => setTop(undefined)}>
              Whole trace
            </Button>
          )}
        </Group>
      </Group>
      <div className="flame-boxes" style={{ height: depth * ROW }}>
        {boxes.map(({ node, left, width, depth: row }) => (
          <button
            type="button"
            key={node.id}
            className="flame-box"
            data-failed={node.failed > 0 || undefined}
            title={`${node.service}: ${node.operation}\n${formatDuration(node.total)}, self ${formatDuration(node.self)}, ${node.spans.length} ×`}
            style={{
              left: `${left * 100}%`,
              width: `${width * 100}%`,
              top: row * ROW,
              background: serviceColor(node.service),
            }}
            onFocus={() => setShown(node)}
            onClick={() => setTop(node)}
          >
            {/* A letter that is cut says nothing. */}
            <span className={width < LEAST_NAMED ? 'unseen' : undefined}>
              {node.failed > 0 && '✕ '}
              {node.operation}
            </span>
          </button>
        ))}
      </div>
    </div>
  );
}
