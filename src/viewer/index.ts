/** The viewer's room for others: the whole of it, and what the demo takes. After a span's way. */

export { formatTrace, groupByTrace, type SpanRow } from '../diagnostics/trace-tree';
export type { Addresses } from './api/answers';
export { fromJaegerJson } from './jaeger-json';
export { createReceiver, type Receiver } from './receiver';
export { startViewer, type Viewer, type ViewerOptions } from './start-viewer';
