// Records values of its own: at the start of a span, later, in an event, in an exception.
const { trace } = require('@opentelemetry/api');

const span = trace.getTracer('own').startSpan('own', { attributes: { 'card.number': 'value-1' } });
span.setAttribute('card.late', 'value-2');
span.setAttributes({ 'user.Password.hash': 'value-3', discard: 'value-4' });
span.addEvent('paid', { 'card.event': 'value-5' });
span.recordException(new Error('value-6'));
span.end();
