/**
 * Guards the agent's counters as metrics of the application's own MeterProvider.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metrics } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { createCounters } from '../../../src/diagnostics/counters';
import { observeCounters } from '../../../src/send/health-metrics';

test('without a MeterProvider nothing is made, and with one the counters are observed as they are', async () => {
  const counters = createCounters();
  assert.equal(observeCounters(counters, '1'), false);
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 });
  const provider = new MeterProvider({ readers: [reader] });
  metrics.setGlobalMeterProvider(provider);
  assert.equal(observeCounters(counters, '1'), true);
  Object.assign(counters, { ended: 9, sent: 6, droppedQueueFull: 2, droppedAtShutdown: 1 });
  await provider.forceFlush();
  const metric = exporter.getMetrics()[0]!.scopeMetrics[0]!.metrics[0]!;
  assert.equal(metric.descriptor.name, 'tracing_agent.spans');
  const seen = metric.dataPoints
    .filter(({ value }) => value !== 0)
    .map(({ attributes, value }) => [attributes.state, attributes.cause, value]);
  assert.deepEqual(seen, [
    ['ended', undefined, 9],
    ['sent', undefined, 6],
    ['dropped', 'queue_full', 2],
    ['dropped', 'at_shutdown', 1],
  ]);
  await provider.shutdown();
  metrics.disable();
});
