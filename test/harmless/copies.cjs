// Registers a MeterProvider, as an SDK for metrics does. Then a server whose handler makes a span through a copy of the API that a bundler has put in here, and calls another.
const http = require('node:http');
const { context, metrics, trace } = require('api-under-test');

// The oldest copies have no metrics.
if (metrics) console.log(metrics.setGlobalMeterProvider({ getMeter() {} }));

const server = http.createServer((request, response) => {
  if (request.url === '/inner') return response.end('inner');
  trace.getTracer('copies').startActiveSpan('by hand', (span) => {
    http.get({ port: server.address().port, path: '/inner', agent: false }, (answer) => {
      answer.resume().on('end', () => {
        span.setAttribute(
          'active',
          trace.getSpan(context.active())?.spanContext().spanId === span.spanContext().spanId,
        );
        span.end();
        response.end('outer');
      });
    });
  });
});
server.listen(0, '127.0.0.1', () => {
  http.get({ port: server.address().port, agent: false }, (answer) => {
    answer.resume().on('end', () => server.close());
  });
});
