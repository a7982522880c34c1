// A server whose handler decides late, or sets baggage, as the path says; asked once a path, then it ends.
const http = require('node:http');
const { propagation, context, trace } = require('@opentelemetry/api');

const server = http.createServer(async (request, response) => {
  const span = trace.getActiveSpan();
  if (request.url === '/inner') return response.end(JSON.stringify(request.headers));
  if (request.url === '/keep') span.setAttribute('sampling.priority', 1);
  if (request.url === '/drop') span.setAttribute('sampling.priority', 0);
  let active = context.active();
  if (request.url === '/baggage') {
    const baggage = propagation.createBaggage({ tenant: { value: 'blue' } });
    active = propagation.setBaggage(active, baggage);
    await context.with(active, () => get('/inner'));
    active = propagation.setBaggage(active, baggage.setEntry('tenant', { value: 'red' }));
  }
  response.end(await context.with(active, () => get('/inner')));
});

const get = (path) =>
  new Promise((resolve) => {
    http.get({ port: server.address().port, path, agent: false }, async (response) => {
      let text = '';
      for await (const part of response) text += part;
      resolve(text);
    });
  });

server.listen(0, '127.0.0.1', async () => {
  const answers = {};
  for (const path of process.argv.slice(2)) answers[path] = JSON.parse(await get(path));
  console.log(JSON.stringify(answers));
  server.close();
});
