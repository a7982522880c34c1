/** The public part `tracing-agent/exporter`: Jaeger for anyone's OpenTelemetry SDK. Last station of a span's way. */
export { JaegerExporter, type JaegerExporterOptions } from './send/jaeger-exporter';
