/** The drawn map, callers at the left; each service is a button. */
import type { ServiceMap } from '../../api/answers';
import { formatDuration } from '../model/duration';
import { formatRate, formatShare } from '../model/rate';
import { serviceColor } from '../model/service-color';
import { type MapEdge, type PlacedNode, placeNodes } from '../model/service-map';
import { navigate } from '../routing';
import { callsLink } from './calls-table';

const WIDTH = 190;
const HEIGHT = 74;
const STEP_X = 390;
const STEP_Y = 104;

interface MapGraphProps {
  map: ServiceMap;
  chosen: string;
  lookback: string;
  onChoose: (service: string) => void;
}

export function MapGraph({ map, chosen, lookback, onChoose }: MapGraphProps) {
  const nodes = placeNodes(map);
  const byName = new Map(nodes.map((node) => [node.service, node]));
  const width = Math.max(...nodes.map((node) => node.column)) * STEP_X + WIDTH + 40;
  const height = Math.max(...nodes.map((node) => node.row)) * STEP_Y + HEIGHT + 40;
  const most = map.edges.reduce((max, edge) => Math.max(max, edge.count), 1);
  return (
    <section className="map-graph" aria-label="Services and their calls">
      <div style={{ width, height, position: 'relative' }}>
        <svg width={width} height={height} aria-hidden="true">
          {map.edges.map((edge) => {
            const from = byName.get(edge.parent);
            const to = byName.get(edge.child);
            // A service's calls to itself would only cover it.
            if (from === undefined || to === undefined || from === to) return null;
            const failed = edge.errors > 0;
            return (
              <g key={`${edge.parent} ${edge.child}`} data-failed={failed || undefined} className="map-edge">
                <path d={curve(from, to)} strokeWidth={1.5 + 4 * (edge.count / most)} />
                <polygon points={arrow(to)} />
              </g>
            );
          })}
          {/* Above all lines. */}
          {map.edges.map((edge) => {
            const from = byName.get(edge.parent);
            const to = byName.get(edge.child);
            if (from === undefined || to === undefined || from === to) return null;
            return (
              <EdgeLabel
                key={`${edge.parent} ${edge.child}`}
                from={from}
                to={to}
                edge={edge}
                onOpen={() => navigate(callsLink(edge, lookback))}
              />
            );
          })}
        </svg>
        {nodes.map((node) => (
          <button
            type="button"
            key={node.service}
            className="map-node"
            aria-pressed={node.service === chosen}
            style={{
              left: left(node),
              top: top(node),
              width: WIDTH,
              height: HEIGHT,
              borderColor: serviceColor(node.service),
            }}
            onClick={() => onChoose(node.service)}
          >
            <strong>{node.service}</strong>
            <span
              title={`${node.count.toLocaleString('en')} span${node.count === 1 ? '' : 's'} in this time`}
            >
              {formatRate(node.rate)}, <Errors node={node} />
            </span>
            <span className="quiet">
              p50 {formatDuration(node.p50)}, p95 {formatDuration(node.p95)}
            </span>
          </button>
        ))}
      </div>
    </section>
  );
}

function Errors({ node }: { node: PlacedNode }) {
  if (node.errors === 0) return <>no errors</>;
  return <span className="mark-failed">{formatShare(node.errors, node.count)} failed</span>;
}

interface EdgeLabelProps {
  from: PlacedNode;
  to: PlacedNode;
  edge: MapEdge;
  onOpen: () => void;
}

function EdgeLabel({ from, to, edge, onOpen }: EdgeLabelProps) {
  const x = (left(from) + WIDTH + left(to)) / 2;
  const y = (top(from) + top(to) + HEIGHT) / 2 - 8;
  return (
    // For the mouse; keys reach the same through the table of calls.
    // biome-ignore lint/a11y/noStaticElementInteractions: as said
    <text className="map-label" x={x} y={y} textAnchor="middle" onClick={onOpen}>
      {formatRate(edge.rate)}
      {edge.errors > 0 && `, ${formatShare(edge.errors, edge.count)} failed`}
      {edge.p95 > 0 && (
        <tspan x={x} dy="2.1em">
          p50 {formatDuration(edge.p50)}, p95 {formatDuration(edge.p95)}
        </tspan>
      )}
    </text>
  );
}

const left = (node: PlacedNode) => 20 + node.column * STEP_X;
const top = (node: PlacedNode) => 20 + node.row * STEP_Y;

/** From the caller's right side to the callee's left; a call back goes round below. */
function curve(from: PlacedNode, to: PlacedNode): string {
  const x1 = left(from) + WIDTH;
  const y1 = top(from) + HEIGHT / 2;
  const x2 = left(to) - 8;
  const y2 = top(to) + HEIGHT / 2;
  const bend = x2 > x1 ? (x2 - x1) / 2 : 60;
  return `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

function arrow(to: PlacedNode): string {
  const x = left(to);
  const y = top(to) + HEIGHT / 2;
  return `${x},${y} ${x - 9},${y - 5} ${x - 9},${y + 5}`;
}
