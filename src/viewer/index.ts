/** The build's entry `viewer`: what the command line and the demo take of this folder. After a span's way. */

export { formatTrace, groupByTrace, type SpanRow } from '../diagnostics/trace-tree';
export type { Addresses } from './api/answers';
export { fromJaegerJson } from './jaeger-json';
export { createReceiver, type Receiver } from './receiver';
export { startViewer, type Viewer, type ViewerOptions } from './start-viewer';
