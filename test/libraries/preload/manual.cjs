// An application with spans of its own; prints what it computed, which is the same with and without the agent.
const { context, propagation, SpanStatusCode, trace } = require(process.env.API ?? '@opentelemetry/api');

const tracer = trace.getTracer('manual', '1.0.0');
const result = tracer.startActiveSpan(
  'outer',
  { attributes: { 'order.items': 3, 'order.gift': false } },
  (outer) => {
    outer.addEvent('picked', { shelf: 'A7' });
    const baggage = propagation.createBaggage({ user: { value: 'ann' } });
    const headers = {};
    context.with(propagation.setBaggage(context.active(), baggage), () => {
      tracer.startActiveSpan('inner', (inner) => {
        propagation.inject(context.active(), headers);
        inner.setStatus({ code: SpanStatusCode.ERROR, message: 'sold out' });
        inner.end();
      });
    });
    outer.end();
    return Object.keys(headers).length > 0;
  },
);
if (process.env.PRINT_HEADERS) console.log(result);
console.log('done');
