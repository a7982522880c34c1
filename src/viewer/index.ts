/** What the demo takes from the viewer's room. After a span's way. */

export { formatTrace, groupByTrace, type SpanRow } from '../diagnostics/trace-tree';
export { fromJaegerJson } from './jaeger-json';
export { createReceiver, type Receiver, type ReceiverOptions } from './receiver';
