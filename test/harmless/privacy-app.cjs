// Puts the canary wherever an application has values: URLs, headers, SQL, Redis, errors, arguments and environment.
// What it prints is only that it came to its end.
const http = require('node:http');
const express = require('express');
const mysql = require('mysql2/promise');
const { Client } = require('pg');
const { createClient } = require('redis');

const C = process.env.CANARY_HOLDER;
const quiet = (promise) =>
  promise.then(
    () => {},
    () => {},
  );
const app = express();
app.post('/form', (request, response) => {
  request.resume().on('end', () => {
    response.setHeader('set-cookie', `session=${C}`);
    response.setHeader('x-answer', C);
    response.send(C);
  });
});
app.get('/throws', () => {
  throw new Error(`thrown ${C}`);
});
app.get('/rejects', async () => {
  throw Object.assign(new TypeError(`rejected ${C}`), { detail: C, cause: new Error(C) });
});
app.get('/cut', (_request, response) => response.destroy(new Error(C)));
app.use((_error, _request, response, _next) => response.status(500).send(C));

const headers = {
  authorization: `Bearer ${C}`,
  'proxy-authorization': `Basic ${C}`,
  cookie: `session=${C}`,
  'x-api-key': C,
  referer: `http://elsewhere/?q=${C}`,
};

const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = server.address();
  const ask = (path, options = {}) =>
    quiet(
      new Promise((resolve, reject) => {
        const to = { port, path, headers, auth: `user:${C}`, agent: false, ...options };
        const request = http.request(to, (response) => {
          response.resume().on('close', resolve).on('error', reject);
        });
        request.on('error', reject).end(options.method === 'POST' ? `card=${C}` : undefined);
      }),
    );
  await ask(`/form?token=${C}&token=${encodeURIComponent(C)}`, { method: 'POST' });
  await ask(`/throws?q=${C}#${C}`);
  await ask(`/rejects?${C}`);
  await ask(`/cut?a=1&b=${C}`);
  await quiet(fetch(`http://127.0.0.1:${port}/form?token=${C}`, { method: 'POST', headers, body: C }));
  await quiet(fetch(`http://user:${C}@127.0.0.1:${port}/throws?q=${C}`));
  await new Promise((resolve) => {
    const url = new URL(`http://user:${C}@127.0.0.1:${port}/throws?q=${C}`);
    http.get(url, { agent: false }, (response) => response.resume().on('close', resolve));
  });

  const postgres = new Client();
  await postgres.connect();
  await quiet(postgres.query(`SELECT '${C}' AS a, $$${C}$$ AS b, E'${C}\\n' AS c`));
  await quiet(postgres.query('SELECT $1::text', [C]));
  await quiet(postgres.query({ name: 'named', text: 'SELECT $1::text AS x', values: [C] }));
  await quiet(postgres.query(`SELECT 1 /* ${C} */ -- ${C}`));
  await quiet(postgres.query('CREATE TEMP TABLE tracing_agent_private (a text UNIQUE, b int)'));
  await quiet(postgres.query(`INSERT INTO tracing_agent_private VALUES ('${C}', 1)`));
  // Its details quote the value that is there twice, and one that is no number.
  await quiet(postgres.query('INSERT INTO tracing_agent_private VALUES ($1, 2)', [C]));
  await quiet(postgres.query(`SELECT '${C}'::int`));
  await quiet(
    postgres.query(`DO $x$ BEGIN RAISE EXCEPTION '${C}' USING DETAIL = '${C}', HINT = '${C}'; END $x$`),
  );
  await postgres.end();

  const maria = await mysql.createConnection({
    host: process.env.MYSQL_HOST,
    port: Number(process.env.MYSQL_PORT),
    user: process.env.MYSQL_USER,
    password: process.env.MYSQL_PASSWORD,
    database: process.env.MYSQL_DATABASE,
  });
  await quiet(maria.query(`SELECT '${C}', "${C}" # ${C}`));
  await quiet(maria.query('SELECT ?', [C]));
  await quiet(maria.execute('SELECT ?', [C]));
  await quiet(maria.query('CREATE TEMPORARY TABLE tracing_agent_private (a varchar(99) UNIQUE)'));
  await quiet(maria.query('INSERT INTO tracing_agent_private VALUES (?)', [C]));
  await quiet(maria.query('INSERT INTO tracing_agent_private VALUES (?)', [C]));
  await quiet(maria.query(`SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '${C}'`));
  await maria.end();

  const redis = createClient({
    socket: { host: process.env.REDIS_HOST, port: Number(process.env.REDIS_PORT) },
  });
  await redis.connect();
  await quiet(redis.set(`tracing-agent:${C}`, C, { EX: 5 }));
  await quiet(redis.get(`tracing-agent:${C}`));
  await quiet(redis.eval(`return redis.error_reply('${C}')`, { keys: [C], arguments: [C] }));
  await quiet(redis.sendCommand(['H12UNKNOWN', C]));
  await quiet(
    redis.multi().set(`tracing-agent:${C}`, C).incr(`tracing-agent:${C}`).del(`tracing-agent:${C}`).exec(),
  );
  await quiet(redis.sendCommand(['AUTH', 'user', C]));
  await redis.quit();
  server.close(() => console.log('done'));
});
