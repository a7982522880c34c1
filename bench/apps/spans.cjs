// As many spans as its argument says, of seven attributes as a patch gives them, in turns, so that packets leave.
const { trace, SpanKind } = require('@opentelemetry/api');
const tracer = trace.getTracer('bench');
const spans = Number(process.argv[2]);
const span = (id) =>
  tracer
    .startSpan('GET /users/:id', {
      kind: SpanKind.SERVER,
      attributes: {
        'http.request.method': 'GET',
        'url.path': `/users/${id}`,
        'url.scheme': 'http',
        'http.route': '/users/:id',
        'server.address': 'localhost',
        'server.port': 3000,
        'http.response.status_code': 200,
      },
    })
    .end();
(async () => {
  for (let made = 0; made < spans; made += 100) {
    for (let id = 0; id < 100; id++) span(id);
    await new Promise((resolve) => setImmediate(resolve));
  }
})();
