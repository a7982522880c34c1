// One way to ask each client for something, for bad-input.cjs: `open` gives what `call` asks, `close` lets go of it.
const { env } = process;
const mysqlServer = {
  host: env.MYSQL_HOST,
  port: Number(env.MYSQL_PORT),
  user: env.MYSQL_USER,
  password: env.MYSQL_PASSWORD,
  database: env.MYSQL_DATABASE,
};
const redisServer = { host: env.REDIS_HOST, port: Number(env.REDIS_PORT) };
const called = (start) =>
  new Promise((resolve, reject) => start((error, value) => (error ? reject(error) : resolve(value))));
const quiet = (emitter) => emitter.on('error', () => {});

const mysqlLike = {
  open: async (mysql) => {
    const connection = quiet(mysql.createConnection(mysqlServer));
    await called((done) => connection.connect(done));
    return connection;
  },
  call: (connection, query) => called((done) => connection.query(query, done)),
  close: (connection) => connection.destroy(),
};
const ioredisLike = {
  open: async ({ Redis }) => quiet(new Redis({ ...redisServer, maxRetriesPerRequest: 1 })),
  call: (client, key) => client.get(key),
  close: (client) => client.disconnect(),
};
const redisLike = {
  open: async (redis) => quiet(redis.createClient({ socket: redisServer })).connect(),
  call: (client, key) => client.get(key),
  close: (client) => (client.destroy ?? client.disconnect).call(client),
};

module.exports = {
  pg: {
    open: async ({ Client }) => {
      const client = quiet(new Client());
      await client.connect();
      return client;
    },
    call: (client, query) => client.query(query),
    close: (client) => client.connection.stream.destroy(),
  },
  postgres: {
    open: async (postgres) => {
      const sql = postgres({ onnotice() {} });
      await sql`SELECT 1`;
      return sql;
    },
    call: (sql, query) => sql.unsafe(query),
    close: (sql) => sql.end({ timeout: 0 }),
  },
  mysql: mysqlLike,
  mysql2: mysqlLike,
  mariadb: {
    open: async (mariadb) => quiet(await mariadb.createConnection(mysqlServer)),
    call: (connection, query) => connection.query(query),
    close: (connection) => connection.destroy(),
  },
  sqlite3: {
    open: async ({ Database }) => quiet(new Database(':memory:')),
    // A query that is no string ends its process, so that values are tried, and of these not what does the same.
    aborts: /Proxy|throw/,
    call: (database, value) => called((done) => database.all('SELECT ? AS value', value, done)),
    close: (database) => called((done) => database.close(done)).catch(() => {}),
  },
  'better-sqlite3': {
    open: async (Database) => new Database(':memory:'),
    call: (database, query) => database.prepare(query).all(),
    close: (database) => database.close(),
  },
  'node:sqlite': {
    open: async ({ DatabaseSync }) => new DatabaseSync(':memory:'),
    call: (database, query) => database.prepare(query).all(),
    close: (database) => database.close(),
  },
  '@electric-sql/pglite': {
    open: async ({ PGlite }) => PGlite.create(),
    call: (database, query) => database.query(query),
    close: (database) => database.close(),
    shared: true,
  },
  tedious: {
    open: async ({ Connection, Request }) => {
      const server = await require('../tedious/tds-server.cjs').listen();
      const options = { port: server.address().port, encrypt: false, database: 'birds' };
      const authentication = { type: 'default', options: { userName: 'robin', password: 'canary' } };
      const connection = quiet(new Connection({ server: '127.0.0.1', options, authentication }));
      await called((done) => connection.connect(done));
      return { server, connection, Request };
    },
    call: ({ connection, Request }, query) =>
      called((done) => connection.execSql(new Request(query, (error, rows) => done(error, rows)))),
    close: ({ connection, server }) => {
      connection.close();
      server.close();
    },
  },
  oracledb: {
    open: async ({ Connection }) => Object.create(Connection.prototype),
    call: (connection, query) => connection.execute(query),
    close() {},
  },
  ioredis: ioredisLike,
  iovalkey: ioredisLike,
  redis3: {
    open: async (redis) => {
      const client = quiet(redis.createClient(redisServer));
      await called((done) => client.ping(done));
      return client;
    },
    call: (client, key) => called((done) => client.get(key, done)),
    close: (client) => client.end(false),
  },
  redis4: redisLike,
  redis: redisLike,
  redis6: redisLike,
};
