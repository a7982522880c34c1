// Uses tedious as applications do; each part below a span of its own, named after the part.
// Values all hold "canary", which no packet may contain. Prints what it observed as one JSON line.
const { Connection, Request, TYPES } = require(process.env.LIBRARY || 'tedious');
const { listen } = require('./tds-server.cjs');
const { called, part, seen } = require('../../support/parts.cjs');

async function main() {
  const server = await listen();
  const options = {
    port: server.address().port,
    encrypt: false,
    trustServerCertificate: true,
    database: 'birds',
  };
  const authentication = { type: 'default', options: { userName: 'robin', password: 'canary' } };
  const connection = new Connection({ server: '127.0.0.1', options, authentication });
  await called((resolve) => connection.connect(resolve));
  const run = (method, sql, prepare, active) =>
    called((resolve) => {
      const request = new Request(sql, (...answer) => {
        active?.(method);
        resolve(...answer);
      });
      request.on('row', () => active?.(`${method} row`));
      prepare?.(request);
      connection[method](request);
    });

  await part('requests', async (active) => {
    const bound = (request) => request.addParameter('name', TYPES.NVarChar, 'canary');
    seen.rows = (await run('execSql', 'SELECT 1 AS one FROM birds WHERE name = @name', bound, active))[1];
    await run('execSqlBatch', "SELECT 1 AS one FROM [dbo].[birds] WHERE name = N'canary'", undefined, active);
    await run('callProcedure', 'sp_birds', bound, active).catch(() => {});
  });
  await part('errors', async () => {
    const [error] = await run('execSql', "SELECT 'canary' FROM missing");
    seen.error = [error.name, error.code, error.number];
  });
  await part('transaction', async (active) => {
    await called((resolve) =>
      connection.beginTransaction((...answer) => {
        active('begin');
        resolve(...answer);
      }),
    );
    await run('execSql', 'SELECT 1 AS one', undefined, active);
    await called((resolve) => connection.commitTransaction(resolve));
  });
  // Ended by a close that another caller asks for.
  let pending;
  await part('closed', async (active) => {
    pending = run('execSql', 'SELECT 1 AS never', undefined, active);
  });
  connection.close();
  seen.lost = (await pending)[0].code;
  await part('odd', async () => {
    seen.odd = [];
    for (const request of [undefined, null]) {
      try {
        connection.execSql(request);
        seen.odd.push('went');
      } catch (error) {
        seen.odd.push(`${error.name}: ${error.message}`);
      }
    }
    const busy = new Request('SELECT 1 AS one', () => {});
    const [error] = await run('execSql', 'SELECT 2 AS two');
    seen.closed = [error.code, Object.keys(busy).length];
  });
  server.close();

  const refused = new Connection({ server: '127.0.0.1', options: { ...options, port: 1 }, authentication });
  seen.refused = (await called((resolve) => refused.connect(resolve)))[0].code;
  console.log(JSON.stringify(seen));
}

main();
