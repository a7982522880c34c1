/** The build's entry `viewer`: what the command line and the demo take of this folder. After a span's way. */

export { formatTrace, groupByTrace } from '../diagnostics/trace-tree';
export { fromJaegerJson } from './jaeger-json';
export { startViewer, type Viewer, type ViewerOptions } from './start-viewer';
