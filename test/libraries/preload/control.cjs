// Starts the agent in code, after a library has been loaded already; AGENT is the package's main file.
const express = require('express');
const { forceFlush, health, shutdown, start } = require(process.env.AGENT);

async function main() {
  const before = health();
  const started = start({ serviceName: 'in-code', sampler: 'const', samplerArgument: 1 });
  const again = start();
  const app = express();
  app.get('/users/:id', (_request, response) => response.send('ok'));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const answer = await fetch(`http://127.0.0.1:${server.address().port}/users/1`);
  await answer.text();
  await new Promise((resolve) => server.close(resolve));
  await forceFlush();
  const { ended, sent, faults } = health();
  await shutdown();
  // After the end nothing is traced, and nothing fails.
  const { trace } = require('@opentelemetry/api');
  trace.getTracer('late').startSpan('late').end();
  console.log(
    JSON.stringify({
      before: before.ended,
      started,
      again,
      ended,
      sent,
      faults,
      after: start({ disabled: true }),
    }),
  );
}
main();
