/** The public part `tracing-agent/exporter`: Jaeger for anyone's OpenTelemetry SDK. Last station of a span's way. */
export type { Counters } from './diagnostics/counters';
export { JaegerExporter, type JaegerExporterOptions, type JaegerExportResult } from './send/jaeger-exporter';
