/**
 * Holds that the public parts fit OpenTelemetry's types, and that their declarations need none of its SDK's packages.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Sampler, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { JaegerExporter } from '../../src/exporter';
import { ConstSampler, ProbabilisticSampler } from '../../src/sampler';

test('exporter and samplers are what the SDK takes (checked by the compiler)', async () => {
  const exporter: SpanExporter = new JaegerExporter();
  const samplers: Sampler[] = [new ConstSampler(true), new ProbabilisticSampler(0.5)];
  assert.equal(samplers.length, 2);
  await exporter.shutdown();
});

test('the published declarations import nothing but @opentelemetry/api', () => {
  const types = join(__dirname, '../../dist/types');
  const imported = readdirSync(types, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.d.ts'))
    .flatMap((file) => [
      ...readFileSync(join(types, file), 'utf8').matchAll(/(?:from|import\()\s*['"]([^.'"][^'"]*)/g),
    ])
    .map(([, name]) => name);
  assert.deepEqual([...new Set(imported)], ['@opentelemetry/api']);
});
