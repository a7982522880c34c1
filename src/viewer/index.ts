/** The viewer's room for others: the whole of it, and what the demo takes. After a span's way. */

export { formatTrace, groupByTrace, type SpanRow } from '../diagnostics/trace-tree';
export { fromJaegerJson } from './jaeger-json';
export { createReceiver, type Receiver } from './receiver';
export { type Addresses, startViewer, type Viewer, type ViewerOptions } from './start-viewer';
