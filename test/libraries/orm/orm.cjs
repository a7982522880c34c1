// Runs the same work through one ORM or query builder (LIBRARY) on PostgreSQL, with a pool of one connection and
// concurrent callers, each below a span of its own. Prints which callers lost their span.
const { context, trace } = require('@opentelemetry/api');

const url = `postgres://${process.env.PGUSER}@${process.env.PGHOST}:${process.env.PGPORT}/${process.env.PGDATABASE}`;
const table = `tracing_agent_orm_${process.pid}`;
const tracer = trace.getTracer('fixture');

/** What each library does: `query(n)`, `transaction(n)` (one INSERT) and `stream(n)`, where it has one, and `close`. */
const libraries = {
  knex() {
    const knex = require('knex')({ client: 'pg', connection: url, pool: { min: 0, max: 1 } });
    return {
      query: (n) =>
        knex(table)
          .select('id')
          .where({ name: `canary-${n}` }),
      transaction: (n) => knex.transaction((trx) => trx(table).insert({ id: n, name: `canary-${n}` })),
      raw: (sql) => knex.raw(sql),
      close: () => knex.destroy(),
    };
  },
  sequelize() {
    const { Sequelize, DataTypes } = require('sequelize');
    const sequelize = new Sequelize(url, { logging: false, pool: { max: 1 } });
    const Bird = sequelize.define(
      'bird',
      { id: { type: DataTypes.INTEGER, primaryKey: true }, name: DataTypes.TEXT },
      { tableName: table, timestamps: false },
    );
    return {
      query: (n) => Bird.findAll({ where: { name: `canary-${n}` } }),
      transaction: (n) =>
        sequelize.transaction((transaction) => Bird.create({ id: n, name: `canary-${n}` }, { transaction })),
      raw: (sql) => sequelize.query(sql),
      close: () => sequelize.close(),
    };
  },
  async typeorm() {
    const { DataSource, EntitySchema } = require('typeorm');
    const Bird = new EntitySchema({
      name: 'Bird',
      tableName: table,
      columns: { id: { type: 'int', primary: true }, name: { type: 'text' } },
    });
    const source = new DataSource({ type: 'postgres', url, entities: [Bird], extra: { max: 1 } });
    await source.initialize();
    return {
      query: (n) => source.getRepository(Bird).find({ where: { name: `canary-${n}` } }),
      transaction: (n) =>
        source.transaction((manager) => manager.insert(Bird, { id: n, name: `canary-${n}` })),
      raw: (sql) => source.query(sql),
      close: () => source.destroy(),
    };
  },
  'drizzle-orm'() {
    const { Pool } = require('pg');
    const { drizzle } = require('drizzle-orm/node-postgres');
    const { integer, pgTable, text } = require('drizzle-orm/pg-core');
    const { eq, sql } = require('drizzle-orm');
    const pool = new Pool({ connectionString: url, max: 1 });
    const database = drizzle(pool);
    const birds = pgTable(table, { id: integer('id').primaryKey(), name: text('name') });
    return {
      query: (n) =>
        database
          .select()
          .from(birds)
          .where(eq(birds.name, `canary-${n}`)),
      transaction: (n) =>
        database.transaction((tx) => tx.insert(birds).values({ id: n, name: `canary-${n}` })),
      raw: (text) => database.execute(sql.raw(text)),
      close: () => pool.end(),
    };
  },
  kysely() {
    const { Pool } = require('pg');
    const Cursor = require('pg-cursor');
    const { Kysely, PostgresDialect, sql } = require('kysely');
    const pool = new Pool({ connectionString: url, max: 1 });
    const database = new Kysely({ dialect: new PostgresDialect({ pool, cursor: Cursor }) });
    return {
      query: (n) => database.selectFrom(table).select('id').where('name', '=', `canary-${n}`).execute(),
      transaction: (n) =>
        database.transaction().execute((trx) =>
          trx
            .insertInto(table)
            .values({ id: n, name: `canary-${n}` })
            .execute(),
        ),
      async stream(n) {
        for await (const row of database.selectFrom(table).select('name').where('id', '=', n).stream(1))
          void row;
      },
      raw: (text) => sql.raw(text).execute(database),
      close: () => database.destroy(),
    };
  },
  async 'typeorm-sqlite'() {
    const { DataSource, EntitySchema } = require('typeorm');
    const Bird = new EntitySchema({
      name: 'Bird',
      tableName: table,
      columns: { id: { type: 'int', primary: true }, name: { type: 'text' } },
    });
    const source = new DataSource({ type: 'better-sqlite3', database: ':memory:', entities: [Bird] });
    await source.initialize();
    return {
      query: (n) => source.getRepository(Bird).find({ where: { name: `canary-${n}` } }),
      raw: (sql) => source.query(sql),
      close: () => source.destroy(),
    };
  },
  'knex-sqlite3'() {
    const knex = require('knex')({
      client: 'sqlite3',
      connection: ':memory:',
      useNullAsDefault: true,
      pool: { min: 1, max: 1 },
    });
    return {
      query: (n) =>
        knex(table)
          .select('id')
          .where({ name: `canary-${n}` }),
      transaction: (n) => knex.transaction((trx) => trx(table).insert({ id: n, name: `canary-${n}` })),
      raw: (sql) => knex.raw(sql),
      close: () => knex.destroy(),
    };
  },
  'sequelize-mysql2'() {
    const { Sequelize, DataTypes } = require('sequelize');
    const { MYSQL_HOST: host, MYSQL_PORT: port, MYSQL_USER, MYSQL_PASSWORD, MYSQL_DATABASE } = process.env;
    const sequelize = new Sequelize(MYSQL_DATABASE, MYSQL_USER, MYSQL_PASSWORD, {
      dialect: 'mysql',
      host,
      port,
      logging: false,
      pool: { max: 1 },
    });
    const Bird = sequelize.define(
      'bird',
      { id: { type: DataTypes.INTEGER, primaryKey: true }, name: DataTypes.TEXT },
      { tableName: table, timestamps: false },
    );
    return {
      query: (n) => Bird.findAll({ where: { name: `canary-${n}` } }),
      transaction: (n) =>
        sequelize.transaction((transaction) => Bird.create({ id: n, name: `canary-${n}` }, { transaction })),
      raw: (sql) => sequelize.query(sql),
      close: () => sequelize.close(),
    };
  },
};

async function main() {
  const orm = await libraries[process.env.LIBRARY]();
  const lost = [];
  const below = (name, work) =>
    tracer.startActiveSpan(name, async (span) => {
      await work();
      if (trace.getSpan(context.active())?.spanContext().spanId !== span.spanContext().spanId)
        lost.push(name);
      span.end();
    });
  await below('setup', () => orm.raw(`CREATE TABLE ${table} (id int PRIMARY KEY, name varchar(40))`));
  try {
    for (const kind of ['query', 'transaction', 'stream']) {
      if (orm[kind] === undefined) continue;
      await Promise.all([1, 2, 3, 4].map((n) => below(`${kind} ${n}`, () => orm[kind](n))));
    }
  } finally {
    await below('setup', () => orm.raw(`DROP TABLE ${table}`));
    await orm.close();
  }
  console.log(JSON.stringify(lost));
}

main();
