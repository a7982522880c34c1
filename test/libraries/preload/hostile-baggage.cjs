// Passes the trace on by hand, with the baggage that came: what no header can hold must not throw here.
const { context, propagation } = require('@opentelemetry/api');
const http = require('node:http');

const incoming = { 'jaeger-baggage': 'a b=1, good=2, c\r\nd=3', 'uberctx-x': '%ED%A0%80' };
const extracted = propagation.extract(context.active(), incoming);
const lone = propagation.setBaggage(
  extracted,
  (propagation.getBaggage(extracted) ?? propagation.createBaggage()).setEntry('lone', { value: '\ud800' }),
);
const headers = {};
propagation.inject(lone, headers);
Object.prototype.polluted = 'evil';
const server = http.createServer((request, response) => {
  console.log(request.rawHeaders.includes('polluted'), request.headers['uberctx-good'] ?? '-');
  response.end();
});
server.listen(0, '127.0.0.1', () => {
  delete headers.baggage;
  http.get(
    { host: '127.0.0.1', port: server.address().port, headers: { ...headers }, agent: false },
    (response) => {
      response.resume().on('end', () => server.close());
    },
  );
});
