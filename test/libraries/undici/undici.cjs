// The npm package undici: its fetch, and its request, stream and pool, which global fetch doesn't have.
const undici = require(process.env.LIBRARY ?? 'undici');

require('../fetch/fetch.js')(undici.fetch, async (base) => {
  const { statusCode, body } = await undici.request(`${base}/request?token=canary-query`, {
    method: 'PATCH',
    body: 'x',
    headers: ['x-own', 'list'],
  });
  console.log('request', statusCode, await body.text());
  const foreign = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`;
  const own = await undici.request(`${base}/request-own`, { headers: ['TraceParent', foreign] });
  console.log('own', await own.body.text());
  const pool = new undici.Pool(base, { connections: 2 });
  const answers = await Promise.all([1, 2].map((n) => pool.request({ path: `/pool/${n}`, method: 'GET' })));
  for (const answer of answers) console.log('pool', answer.statusCode, await answer.body.text());
  const unread = await pool.request({ path: '/endless', method: 'GET' });
  unread.body.on('error', (error) => console.log('unread', error.name));
  unread.body.destroy();
  await pool.destroy();
  await undici.getGlobalDispatcher().destroy();
});
