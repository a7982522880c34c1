/**
 * Guards the border around OpenTelemetry's instrumentations: one that throws in its patch leaves the library as it was,
 * one object serves all copies, and error messages and values stay out of the spans that their tracer makes.
 */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { trace } from '@opentelemetry/api';
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { counters } from '../../../../src/diagnostics/counters';
import { setLogWriter } from '../../../../src/diagnostics/log';
import { type Contrib, contribRows } from '../../../../src/patch/contrib/contrib';
import { Patcher } from '../../../../src/patch/patcher';
import { Toolbox } from '../../../../src/patch/toolbox';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({
  sampler: new AlwaysOnSampler(),
  spanProcessors: [new SimpleSpanProcessor(exporter)],
});
trace.setGlobalTracerProvider(provider);
const patcher = new Patcher(
  (instrumentation) =>
    new Toolbox({
      instrumentation,
      tracer: () => provider.getTracer('test'),
      options: { urlQuery: 'redact', own: { mine: true } },
      followsParent: true,
    }),
);

let lines: string[] = [];
beforeEach(() => {
  lines = [];
  setLogWriter((line) => lines.push(line));
  exporter.reset();
});

const made: FakeInstrumentation[] = [];

/** What the packages' classes are, as far as they are driven. */
class FakeInstrumentation {
  readonly instrumentationName = '@opentelemetry/instrumentation-fake';
  readonly instrumentationVersion = '0.1.0';
  readonly config: Record<string, unknown>;
  enabled = false;
  tracer: any;

  constructor(config: Record<string, unknown>) {
    this.config = config;
    made.push(this);
  }

  setTracerProvider(from: { getTracer(): unknown }): void {
    this.tracer = from.getTracer();
  }

  setMeterProvider(): void {}

  enable(): void {
    this.enabled = true;
  }

  getModuleDefinitions() {
    const half = (exports: any) => {
      exports.first = 'patched';
      throw new Error('shape changed');
    };
    const undo = (exports: any) => {
      exports.first = 'original';
    };
    return [
      { files: [{ patch: half, unpatch: undo }] },
      { patch: (exports: any, version: string) => ({ ...exports, version }), files: [] },
    ];
  }
}

const entry: Contrib = {
  name: 'fake',
  className: 'FakeInstrumentation',
  load: () => ({ FakeInstrumentation }),
  targets: [
    { module: 'fake', file: 'half.js', versions: '*', at: [0, 0] },
    { module: 'fake', versions: '*', at: [1] },
  ],
};
const [half, main] = contribRows([entry]) as [any, any];
const library = (directory: string) => ({ name: 'fake', version: '1.2.3', file: 'index.js', directory });

test('a patch that throws half-way is undone, counted, and said with the setting that leaves it out', () => {
  const failed = counters.patchFailed;
  const exports = { first: 'original' };
  assert.equal(patcher.apply(half, exports, library('/a')), exports);
  assert.deepEqual(exports, { first: 'original' });
  assert.equal(counters.patchFailed, failed + 1);
  assert.match(
    lines.join(''),
    /fake 1\.2\.3 could not be patched .*shape changed.*DISABLED_INSTRUMENTATIONS=fake/,
  );
});

test('one instrumentation, with the options of its name and enabled, patches every copy', () => {
  assert.deepEqual(patcher.apply(main, {}, library('/a')), { version: '1.2.3' });
  assert.deepEqual(patcher.apply(main, {}, library('/b')), { version: '1.2.3' });
  assert.equal(made.length, 1);
  assert.deepEqual(made[0]!.config, { mine: true, enabled: false });
  assert.equal(made[0]!.enabled, true);
});

test('its spans hold types of errors, no messages, and no values', () => {
  patcher.apply(main, {}, library('/a'));
  const { tracer } = made[0]!;
  const span = tracer.startSpan('send', { attributes: { 'messaging.kafka.message.key': 'secret', kept: 1 } });
  span.setAttributes({ 'grpc.error_message': 'secret', also: 2 });
  span.recordException(new RangeError('secret'));
  span.setStatus({ code: 2, message: 'secret' });
  span.end();
  tracer.startActiveSpan('active', (active: any) => {
    active.setStatus({ code: 2, message: 'secret' });
    active.end();
  });
  const [first, second] = exporter.getFinishedSpans();
  assert.deepEqual(first!.attributes, { kept: 1, also: 2, 'error.type': 'RangeError' });
  assert.deepEqual([first!.status, second!.status], [{ code: 2 }, { code: 2 }]);
  assert.deepEqual(first!.events, []);
  assert.equal(first!.instrumentationScope.name, '@opentelemetry/instrumentation-fake');
});

test('its tracer serves whichever provider is registered, and none after the last', () => {
  patcher.apply(main, {}, library('/a'));
  const { tracer } = made[0]!;
  trace.disable();
  try {
    tracer.startSpan('lost').end();
    assert.deepEqual(exporter.getFinishedSpans(), []);
  } finally {
    trace.setGlobalTracerProvider(provider);
  }
  tracer.startSpan('seen').end();
  assert.equal(exporter.getFinishedSpans().length, 1);
});
