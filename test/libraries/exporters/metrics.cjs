// An application with metrics of its own: prints what the agent's counters look like among them, once they are there.
const { metrics, trace } = require('@opentelemetry/api');
const {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} = require('@opentelemetry/sdk-metrics');

const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
const provider = new MeterProvider({ readers: [reader] });
metrics.setGlobalMeterProvider(provider);
metrics.getMeter('shop').createCounter('orders').add(3);
for (let index = 0; index < 5; index++) trace.getTracer('shop').startSpan('order').end();

const look = async () => {
  exporter.reset();
  await provider.forceFlush();
  const scopes = exporter.getMetrics()[0].scopeMetrics;
  const spans = scopes.find(({ scope }) => scope.name === 'tracing-agent')?.metrics[0];
  const sent = spans?.dataPoints.find(({ attributes }) => attributes.state === 'sent');
  if (!sent?.value) return setTimeout(look, 50);
  const seen = spans.dataPoints.filter(({ value }) => value > 0);
  console.log(
    JSON.stringify({
      scopes: scopes.map(({ scope }) => scope.name).sort(),
      name: spans.descriptor.name,
      seen: seen.map(({ attributes, value }) => [attributes.state, value]),
      causes: spans.dataPoints.flatMap(({ attributes }) => attributes.cause ?? []),
    }),
  );
  await provider.shutdown();
};
look();
