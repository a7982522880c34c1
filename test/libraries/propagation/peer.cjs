// One service of a pair, made by our agent (preloaded), by OpenTelemetry's SDK, or by jaeger-client: arguments MAKER FORMAT.
// GET /seen answers what it understood of the request's trace; GET /start?to=PORT begins a trace, calls the other's
// /seen, and answers both sides. It prints its port, and ends with its stdin.
const http = require('node:http');

const [maker, format] = process.argv.slice(2);
const makers = { agent: byApi, sdk: bySdk, jaeger: byJaeger };
const { continued, begin } = makers[maker](format);

const server = http.createServer(async (request, response) => {
  const url = new URL(request.url, 'http://x');
  if (url.pathname === '/seen') return response.end(JSON.stringify(continued(request.headers)));
  const answer = await begin((headers) => get(url.searchParams.get('to'), headers));
  response.end(JSON.stringify(answer));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume().on('end', () => process.exit());

function get(port, headers) {
  return new Promise((resolve, reject) => {
    http
      .get({ port, path: '/seen', headers, agent: false }, async (response) => {
        let text = '';
        for await (const part of response) text += part;
        resolve(JSON.parse(text));
      })
      .on('error', reject);
  });
}

/** Our agent's patches read and write the headers. */
function byApi() {
  const { context, propagation, trace } = require('@opentelemetry/api');
  const baggageOf = (active) => propagation.getBaggage(active)?.getEntry('tenant')?.value;
  return {
    continued() {
      const span = trace.getActiveSpan();
      const { traceId, traceFlags } = span.spanContext();
      const { parentSpanContext } = span;
      return {
        traceId,
        parentId: parentSpanContext?.spanId,
        sampled: traceFlags & 1,
        baggage: baggageOf(context.active()),
      };
    },
    begin: (call) =>
      // Without the span of the request that asks for it.
      trace.getTracer('app').startActiveSpan('root', { root: true }, async (span) => {
        const baggage = propagation.createBaggage({ tenant: { value: 'blue ä' } });
        const seen = await context.with(propagation.setBaggage(context.active(), baggage), () => call({}));
        span.end();
        return { traceId: span.spanContext().traceId, seen };
      }),
  };
}

function bySdk() {
  const {
    ROOT_CONTEXT,
    defaultTextMapGetter,
    defaultTextMapSetter,
    propagation,
    trace,
  } = require('@opentelemetry/api');
  const {
    CompositePropagator,
    W3CBaggagePropagator,
    W3CTraceContextPropagator,
  } = require('@opentelemetry/core');
  const { B3Propagator, B3InjectEncoding } = require('@opentelemetry/propagator-b3');
  const { JaegerPropagator } = require('@opentelemetry/propagator-jaeger');
  const { BasicTracerProvider } = require('@opentelemetry/sdk-trace-base');
  const propagators = {
    w3c: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
    jaeger: [new JaegerPropagator()],
    b3: [new B3Propagator()],
    b3multi: [new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER })],
  };
  const propagator = new CompositePropagator({ propagators: propagators[format] });
  const tracer = new BasicTracerProvider().getTracer('sdk');
  return {
    continued(headers) {
      const parent = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
      const span = tracer.startSpan('seen', {}, parent);
      const { traceId, traceFlags } = span.spanContext();
      return {
        traceId,
        parentId: span.parentSpanContext?.spanId,
        sampled: traceFlags & 1,
        baggage: propagation.getBaggage(parent)?.getEntry('tenant')?.value,
      };
    },
    async begin(call) {
      const span = tracer.startSpan('root', {}, ROOT_CONTEXT);
      const baggage = propagation.createBaggage({ tenant: { value: 'blue ä' } });
      const headers = {};
      const context = propagation.setBaggage(trace.setSpan(ROOT_CONTEXT, span), baggage);
      propagator.inject(context, headers, defaultTextMapSetter);
      const seen = await call(headers);
      return { traceId: span.spanContext().traceId, parentId: span.spanContext().spanId, seen };
    },
  };
}

function byJaeger() {
  const { ConstSampler, InMemoryReporter, Tracer, ZipkinB3TextMapCodec } = require('jaeger-client');
  const { FORMAT_HTTP_HEADERS } = require('opentracing');
  const tracer = new Tracer('jaeger', new InMemoryReporter(), new ConstSampler(true), {
    traceId128bit: true,
  });
  if (format !== 'jaeger') {
    const codec = new ZipkinB3TextMapCodec({ urlEncoding: true });
    tracer.registerInjector(FORMAT_HTTP_HEADERS, codec);
    tracer.registerExtractor(FORMAT_HTTP_HEADERS, codec);
  }
  const id = (text) => text.padStart(32, '0');
  return {
    continued(headers) {
      const parent = tracer.extract(FORMAT_HTTP_HEADERS, headers);
      const span = tracer.startSpan('seen', { childOf: parent });
      const context = span.context();
      return {
        traceId: id(context.traceIdStr),
        parentId: context.parentIdStr?.padStart(16, '0'),
        sampled: context.isSampled() ? 1 : 0,
        baggage: span.getBaggageItem('tenant'),
      };
    },
    async begin(call) {
      const span = tracer.startSpan('root');
      span.setBaggageItem('tenant', 'blue ä');
      const headers = {};
      tracer.inject(span.context(), FORMAT_HTTP_HEADERS, headers);
      const seen = await call(headers);
      return { traceId: id(span.context().traceIdStr), parentId: span.context().spanIdStr, seen };
    },
  };
}
