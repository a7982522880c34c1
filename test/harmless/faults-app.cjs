// A small shop that answers a fixed list of requests and prints what it answered: HTTP both ways, fetch, Express,
// PostgreSQL, Redis, errors, streams, and spans of its own.
const http = require('node:http');
const { pipeline } = require('node:stream');
const express = require('express');
const { Client } = require('pg');
const { createClient } = require('redis');
const { trace } = require('@opentelemetry/api');

const rounds = Number(process.argv[2]);
const agent = new http.Agent({ keepAlive: true });
const app = express();
const postgres = new Client();
const redis = createClient({
  socket: { host: process.env.REDIS_HOST, port: Number(process.env.REDIS_PORT) },
});
let port;

const ask = (path, options = {}) =>
  new Promise((resolve, reject) => {
    const request = http.request({ port, path, agent, ...options }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve(`${response.statusCode} ${text}`));
      response.on('error', reject);
    });
    request.on('error', reject).end(options.body);
  });

app.get('/sql/:id', async (request, response) => {
  const { rows } = await postgres.query('SELECT $1::int + 1 AS next', [request.params.id]);
  response.json(rows[0]);
});
app.get('/wrong', async (_request, response) => {
  const failure = await postgres.query('SELECT * FROM tracing_agent_nowhere').catch((error) => error);
  response.send(`${failure.code} ${failure.message}`);
});
app.get('/redis/:key', async (request, response) => {
  const key = `tracing-agent:${process.pid}:${request.params.key}`;
  await redis.set(key, 'kept', { EX: 30 });
  response.send(`${await redis.get(key)} ${await redis.del(key)}`);
});
app.get('/calls', async (_request, response) => response.send(await ask('/plain')));
app.get('/fetches', async (_request, response) => {
  const inner = await fetch(`http://127.0.0.1:${port}/plain?x=1`, { headers: { 'x-own': '1' } });
  response.send(`${inner.status} ${await inner.text()}`);
});
app.get('/span', (_request, response) => {
  trace.getTracer('shop').startActiveSpan('work', (span) => {
    span.setAttribute('kind', 'work').addEvent('begun');
    setImmediate(() => {
      span.end();
      response.send('worked');
    });
  });
});
app.get('/throws', () => {
  throw Object.assign(new Error('thrown'), { status: 418 });
});
app.post('/echo', (request, response) => pipeline(request, response, () => {}));
app.get('/plain', (request, response) => response.send(`plain ${request.headers.host === undefined}`));
app.use((_request, response) => response.status(404).send('nothing here'));
app.use((error, _request, response, _next) => response.status(error.status ?? 500).send(error.message));

const server = app.listen(0, '127.0.0.1', async () => {
  port = server.address().port;
  await Promise.all([postgres.connect(), redis.connect()]);
  for (let round = 0; round < rounds; round++) {
    const answers = await Promise.all([
      ask(`/sql/${round}`),
      ask('/wrong'),
      ask(`/redis/${round}`),
      ask('/calls'),
      ask('/fetches'),
      ask('/span'),
      ask('/throws'),
      ask('/echo', { method: 'POST', body: `round ${round}` }),
      ask('/nowhere'),
    ]);
    console.log(round, answers.join(' | '));
  }
  await Promise.all([postgres.end(), redis.quit()]);
  agent.destroy();
  server.close();
});
