/**
 * The one table of what the agent can patch. A row costs nothing until its library loads: its chunk is read then.
 * Second station of a span's way: between the load hook and the patches.
 * Long, because one table is read at a glance where several are searched.
 */
import type { Patch } from './instrumentation';

/** A package, seen by the module hook. */
export interface PackageRow {
  readonly instrumentation: string;
  readonly module: string;
  /** The file inside the package, CommonJS; its main file where neither this nor `esm` is given. */
  readonly file?: string;
  /** In its place, a file that is an ES module. The patch gets its exports once it has run, and changes them in place. */
  readonly esm?: string;
  /**
   * Of `esm`, the exports that the patch puts others in the place of: by assigning to its `exports`. Only for files
   * that users import themselves; the package's own files keep the originals.
   */
  readonly replaces?: readonly string[];
  readonly versions: string;
  /** Versions that are traced by rows of another package, so that they aren't said to be untraced. */
  readonly elsewhere?: string;
  /** Versions above the range are left alone; else they are patched where they lack nothing that the patch wraps. */
  readonly exact?: true;
  /** Installed whatever the settings list. */
  readonly always?: true;
  /** Used only where the settings name its instrumentation. */
  readonly onRequest?: true;
  /** Installed only where this setting is on; else the library isn't looked at. */
  readonly setting?: 'logCorrelation';
  readonly load: () => Patch;
}

/** A part of Node itself, seen by the diagnostics channel that it creates while it loads, or by its name in Node's list. */
export interface BuiltinRow {
  readonly instrumentation: string;
  readonly module: string;
  /** Absent where it creates none. */
  readonly channel?: string;
  readonly loaded: string;
  readonly classes: readonly string[];
  readonly load: () => Patch;
}

// `require` with a literal path stays a `require` in the build, and its file becomes a chunk of its own.
export const packages: readonly PackageRow[] = [
  {
    instrumentation: 'express',
    module: 'express',
    versions: '>=4 <5',
    elsewhere: '>=5 <6',
    load: () => (require('./web/express') as typeof import('./web/express')).patch,
  },
  {
    // Express 5 routes through this package, which also stands alone.
    instrumentation: 'express',
    module: 'router',
    versions: '>=1 <3',
    load: () => (require('./web/express') as typeof import('./web/express')).patch,
  },
  {
    instrumentation: 'fastify',
    module: 'fastify',
    versions: '>=3.29 <6',
    load: () => (require('./web/fastify') as typeof import('./web/fastify')).patch,
  },
  {
    // Fastify routes through this package, which also stands alone.
    instrumentation: 'fastify',
    module: 'find-my-way',
    versions: '>=4.5 <10',
    load: () => (require('./web/find-my-way') as typeof import('./web/find-my-way')).patch,
  },
  {
    instrumentation: 'koa',
    module: 'koa',
    versions: '>=2 <4',
    load: () => (require('./web/koa') as typeof import('./web/koa')).patch,
  },
  {
    instrumentation: 'koa',
    module: '@koa/router',
    versions: '>=8 <16',
    load: () => (require('./web/koa-router') as typeof import('./web/koa-router')).patch,
  },
  {
    instrumentation: 'koa',
    module: '@koa/router',
    esm: 'dist/index.mjs',
    versions: '>=15 <16',
    elsewhere: '>=8 <15',
    load: () => (require('./web/koa-router') as typeof import('./web/koa-router')).patch,
  },
  {
    instrumentation: 'koa',
    module: 'koa-router',
    versions: '>=7 <15',
    load: () => (require('./web/koa-router') as typeof import('./web/koa-router')).patch,
  },
  {
    // No spans of its own: its prefixes are part of the routers' routes.
    instrumentation: 'koa',
    module: 'koa-mount',
    versions: '>=4 <5',
    load: () => (require('./web/koa-mount') as typeof import('./web/koa-mount')).patch,
  },
  {
    instrumentation: 'hapi',
    module: '@hapi/hapi',
    file: 'lib/request.js',
    // Before, it ends with a request that has a body, on a Node.js that is supported.
    versions: '>=20.1.2 <22',
    load: () => (require('./web/hapi') as typeof import('./web/hapi')).patch,
  },
  {
    instrumentation: 'hapi',
    module: '@hapi/hapi',
    file: 'lib/toolkit.js',
    versions: '>=20.1.2 <22',
    load: () => (require('./web/hapi') as typeof import('./web/hapi')).patchToolkit,
  },
  {
    instrumentation: 'restify',
    module: 'restify',
    file: 'lib/router.js',
    versions: '>=11 <12',
    load: () => (require('./web/restify') as typeof import('./web/restify')).patch,
  },
  {
    instrumentation: 'restify',
    module: 'restify',
    file: 'lib/chain.js',
    versions: '>=11 <12',
    load: () => (require('./web/restify') as typeof import('./web/restify')).patchChain,
  },
  {
    instrumentation: 'connect',
    module: 'connect',
    versions: '>=3 <4',
    load: () => (require('./web/connect') as typeof import('./web/connect')).patch,
  },
  {
    instrumentation: 'nestjs-core',
    module: '@nestjs/core',
    file: 'router/router-execution-context.js',
    versions: '>=8 <12',
    elsewhere: '>=12 <13',
    load: () => (require('./web/nest') as typeof import('./web/nest')).patch,
  },
  {
    instrumentation: 'nestjs-core',
    module: '@nestjs/core',
    esm: 'router/router-execution-context.js',
    versions: '>=12 <13',
    elsewhere: '>=8 <12',
    load: () => (require('./web/nest') as typeof import('./web/nest')).patch,
  },
  {
    instrumentation: 'next',
    module: 'next',
    file: 'dist/server/base-server.js',
    versions: '>=13.5 <17',
    load: () => (require('./web/next') as typeof import('./web/next')).patch,
  },
  {
    instrumentation: 'next',
    module: 'next',
    file: 'dist/server/next-server.js',
    versions: '>=13.5 <17',
    load: () => (require('./web/next') as typeof import('./web/next')).patchApi,
  },
  {
    instrumentation: 'hono',
    module: 'hono',
    file: 'dist/cjs/router/smart-router/router.js',
    versions: '>=4 <5',
    load: () => (require('./web/hono') as typeof import('./web/hono')).patch,
  },
  {
    instrumentation: 'hono',
    module: 'hono',
    esm: 'dist/router/smart-router/router.js',
    versions: '>=4 <5',
    load: () => (require('./web/hono') as typeof import('./web/hono')).patch,
  },
  {
    instrumentation: 'ioredis',
    module: 'ioredis',
    versions: '>=4 <7',
    load: () => (require('./redis/ioredis') as typeof import('./redis/ioredis')).patchIoredis,
  },
  {
    instrumentation: 'ioredis',
    module: 'ioredis',
    file: 'built/redis/event_handler.js',
    versions: '>=4 <7',
    load: () => (require('./redis/ioredis') as typeof import('./redis/ioredis')).patchIoredisReady,
  },
  {
    instrumentation: 'ioredis',
    module: 'ioredis',
    file: 'built/connectors/SentinelConnector/index.js',
    versions: '>=4 <7',
    load: () => (require('./redis/ioredis') as typeof import('./redis/ioredis')).patchIoredisSentinel,
  },
  {
    // A fork of ioredis 5.
    instrumentation: 'iovalkey',
    module: 'iovalkey',
    versions: '>=0.1 <1',
    load: () => (require('./redis/ioredis') as typeof import('./redis/ioredis')).patchIoredis,
  },
  {
    instrumentation: 'iovalkey',
    module: 'iovalkey',
    file: 'built/redis/event_handler.js',
    versions: '>=0.1 <1',
    load: () => (require('./redis/ioredis') as typeof import('./redis/ioredis')).patchIoredisReady,
  },
  {
    instrumentation: 'iovalkey',
    module: 'iovalkey',
    file: 'built/connectors/SentinelConnector/index.js',
    versions: '>=0.1 <1',
    load: () => (require('./redis/ioredis') as typeof import('./redis/ioredis')).patchIoredisSentinel,
  },
  {
    instrumentation: 'redis',
    module: 'redis',
    file: 'index.js',
    versions: '>=2.6 <4',
    elsewhere: '>=4 <7',
    load: () => (require('./redis/node-redis-3') as typeof import('./redis/node-redis-3')).patchNodeRedis3,
  },
  {
    // Named so in 4.0 alone.
    instrumentation: 'redis',
    module: '@node-redis/client',
    file: 'dist/lib/client/commands-queue.js',
    versions: '>=1 <2',
    load: () => (require('./redis/node-redis') as typeof import('./redis/node-redis')).patchNodeRedisQueue,
  },
  {
    instrumentation: 'redis',
    module: '@node-redis/client',
    file: 'dist/lib/client/index.js',
    versions: '>=1 <2',
    load: () => (require('./redis/node-redis') as typeof import('./redis/node-redis')).patchNodeRedisClient,
  },
  {
    instrumentation: 'redis',
    module: '@redis/client',
    file: 'dist/lib/client/commands-queue.js',
    versions: '>=1 <2 || >=5 <7',
    load: () => (require('./redis/node-redis') as typeof import('./redis/node-redis')).patchNodeRedisQueue,
  },
  {
    instrumentation: 'redis',
    module: '@redis/client',
    file: 'dist/lib/client/index.js',
    versions: '>=1 <2 || >=5 <7',
    load: () => (require('./redis/node-redis') as typeof import('./redis/node-redis')).patchNodeRedisClient,
  },
  {
    instrumentation: 'redis',
    module: '@redis/client',
    // Since 5; wider, so that 4 isn't said to be untraced.
    file: 'dist/lib/client/pool.js',
    versions: '>=1 <2 || >=5 <7',
    load: () => (require('./redis/node-redis') as typeof import('./redis/node-redis')).patchNodeRedisPool,
  },
  {
    instrumentation: 'pg',
    module: 'pg',
    file: 'lib/client.js',
    // Before, it never connects on a Node.js that is supported.
    versions: '>=8.0.3 <9',
    load: () => (require('./sql/pg') as typeof import('./sql/pg')).patch,
  },
  {
    // Loaded by the getter `pg.native`, which needs the package pg-native.
    instrumentation: 'pg',
    module: 'pg',
    file: 'lib/native/client.js',
    versions: '>=8.0.3 <9',
    load: () => (require('./sql/pg') as typeof import('./sql/pg')).patch,
  },
  {
    instrumentation: 'pg',
    module: 'pg-pool',
    versions: '>=2 <4',
    load: () => (require('./sql/pg') as typeof import('./sql/pg')).patchPool,
  },
  {
    instrumentation: 'mysql2',
    module: 'mysql2',
    file: 'lib/connection.js',
    versions: '>=2 <4',
    load: () => (require('./sql/mysql2') as typeof import('./sql/mysql2')).patch,
  },
  {
    instrumentation: 'mysql2',
    module: 'mysql2',
    file: 'lib/pool.js',
    versions: '>=2 <4',
    load: () => (require('./sql/mysql2') as typeof import('./sql/mysql2')).patchPool,
  },
  {
    instrumentation: 'better-sqlite3',
    module: 'better-sqlite3',
    file: 'lib/database.js',
    // 7 can't be compiled for Node.js 20.
    versions: '>=8 <13',
    load: () => (require('./sql/better-sqlite3') as typeof import('./sql/better-sqlite3')).patch,
  },
  {
    instrumentation: 'sqlite3',
    module: 'sqlite3',
    // Before, what its classes have can't be replaced.
    versions: '>=5.1 <7',
    load: () => (require('./sql/sqlite3') as typeof import('./sql/sqlite3')).patch,
  },
  {
    instrumentation: 'postgres',
    module: 'postgres',
    file: 'cjs/src/query.js',
    versions: '>=3 <4',
    load: () => (require('./sql/postgres') as typeof import('./sql/postgres')).patchQuery,
  },
  {
    instrumentation: 'postgres',
    module: 'postgres',
    file: 'cjs/src/index.js',
    versions: '>=3 <4',
    load: () => (require('./sql/postgres') as typeof import('./sql/postgres')).patchFactory,
  },
  {
    instrumentation: 'postgres',
    module: 'postgres',
    esm: 'src/query.js',
    versions: '>=3 <4',
    load: () => (require('./sql/postgres') as typeof import('./sql/postgres')).patchQuery,
  },
  {
    instrumentation: 'postgres',
    module: 'postgres',
    esm: 'src/index.js',
    replaces: ['default'],
    versions: '>=3 <4',
    load: () => (require('./sql/postgres') as typeof import('./sql/postgres')).patchFactory,
  },
  {
    instrumentation: 'mysql',
    module: 'mysql',
    file: 'lib/Connection.js',
    versions: '>=2 <3',
    load: () => (require('./sql/mysql') as typeof import('./sql/mysql')).patch,
  },
  {
    instrumentation: 'mysql',
    module: 'mysql',
    file: 'lib/Pool.js',
    versions: '>=2 <3',
    load: () => (require('./sql/mysql') as typeof import('./sql/mysql')).patchPool,
  },
  {
    instrumentation: 'mariadb',
    module: 'mariadb',
    file: 'promise.js',
    versions: '>=3 <4',
    load: () => (require('./sql/mariadb') as typeof import('./sql/mariadb')).patchFactories,
  },
  {
    instrumentation: 'mariadb',
    module: 'mariadb',
    file: 'callback.js',
    versions: '>=3 <4',
    load: () => (require('./sql/mariadb') as typeof import('./sql/mariadb')).patchFactories,
  },
  {
    instrumentation: 'mariadb',
    module: 'mariadb',
    file: 'lib/cluster.js',
    versions: '>=3 <4',
    load: () => (require('./sql/mariadb') as typeof import('./sql/mariadb')).patchCluster,
  },
  {
    // Since 3.5 what `require` gives, and the rest is ES modules.
    instrumentation: 'mariadb',
    module: 'mariadb',
    file: 'dist/promise.cjs',
    versions: '>=3 <4',
    load: () => (require('./sql/mariadb') as typeof import('./sql/mariadb')).patchFactories,
  },
  {
    instrumentation: 'mariadb',
    module: 'mariadb',
    file: 'dist/callback.cjs',
    versions: '>=3 <4',
    load: () => (require('./sql/mariadb') as typeof import('./sql/mariadb')).patchFactories,
  },
  {
    instrumentation: 'mariadb',
    module: 'mariadb',
    esm: 'promise.js',
    replaces: ['createConnection', 'createPool', 'createPoolCluster'],
    versions: '>=3.5 <4',
    load: () => (require('./sql/mariadb') as typeof import('./sql/mariadb')).patchFactories,
  },
  {
    instrumentation: 'mariadb',
    module: 'mariadb',
    esm: 'callback.js',
    replaces: ['createConnection', 'createPool', 'createPoolCluster'],
    versions: '>=3.5 <4',
    load: () => (require('./sql/mariadb') as typeof import('./sql/mariadb')).patchFactories,
  },
  {
    instrumentation: 'mariadb',
    module: 'mariadb',
    esm: 'lib/cluster.js',
    versions: '>=3.5 <4',
    load: () => (require('./sql/mariadb') as typeof import('./sql/mariadb')).patchCluster,
  },
  {
    instrumentation: 'pglite',
    module: '@electric-sql/pglite',
    file: 'dist/index.cjs',
    versions: '>=0.2 <0.6',
    load: () => (require('./sql/pglite') as typeof import('./sql/pglite')).patch,
  },
  {
    instrumentation: 'pglite',
    module: '@electric-sql/pglite',
    esm: 'dist/index.js',
    versions: '>=0.2 <0.6',
    load: () => (require('./sql/pglite') as typeof import('./sql/pglite')).patch,
  },
  {
    // Also below mssql.
    instrumentation: 'tedious',
    module: 'tedious',
    file: 'lib/connection.js',
    versions: '>=11 <20',
    load: () => (require('./sql/tedious') as typeof import('./sql/tedious')).patch,
  },
  {
    instrumentation: 'oracledb',
    module: 'oracledb',
    file: 'lib/oracledb.js',
    versions: '>=6 <27',
    load: () => (require('./sql/oracledb') as typeof import('./sql/oracledb')).patch,
  },
  {
    instrumentation: 'pino',
    module: 'pino',
    file: 'lib/proto.js',
    versions: '>=6 <11',
    setting: 'logCorrelation',
    load: () => (require('./logs/pino') as typeof import('./logs/pino')).patch,
  },
  {
    instrumentation: 'winston',
    module: 'winston',
    file: 'lib/winston/logger.js',
    versions: '>=3 <4',
    setting: 'logCorrelation',
    load: () => (require('./logs/winston') as typeof import('./logs/winston')).patch,
  },
  {
    instrumentation: 'bunyan',
    module: 'bunyan',
    versions: '>=1.8 <3',
    setting: 'logCorrelation',
    load: () => (require('./logs/bunyan') as typeof import('./logs/bunyan')).patch,
  },
  {
    // Up to 5; from 6 on in lib/dispatcher.
    instrumentation: 'undici',
    module: 'undici',
    file: 'lib/pool-base.js',
    versions: '>=4.10.4 <9',
    load: () => (require('./http/undici-pool') as typeof import('./http/undici-pool')).patchPool,
  },
  {
    instrumentation: 'undici',
    module: 'undici',
    file: 'lib/client.js',
    versions: '>=4.10.4 <9',
    load: () => (require('./http/undici-pool') as typeof import('./http/undici-pool')).patchClient,
  },
  {
    instrumentation: 'undici',
    module: 'undici',
    file: 'lib/dispatcher/pool-base.js',
    versions: '>=4.10.4 <9',
    load: () => (require('./http/undici-pool') as typeof import('./http/undici-pool')).patchPool,
  },
  {
    instrumentation: 'undici',
    module: 'undici',
    file: 'lib/dispatcher/client.js',
    versions: '>=4.10.4 <9',
    load: () => (require('./http/undici-pool') as typeof import('./http/undici-pool')).patchClient,
  },
  {
    // Has places for spans, and the job's field for the context, since about then.
    instrumentation: 'bullmq',
    module: 'bullmq',
    file: 'dist/cjs/classes/queue-base.js',
    versions: '>=5.24 <7',
    load: () => (require('./messaging/bullmq') as typeof import('./messaging/bullmq')).patchQueueBase,
  },
  {
    instrumentation: 'bullmq',
    module: 'bullmq',
    file: 'dist/cjs/classes/flow-producer.js',
    versions: '>=5.24 <7',
    load: () => (require('./messaging/bullmq') as typeof import('./messaging/bullmq')).patchFlowProducer,
  },
  {
    instrumentation: 'bullmq',
    module: 'bullmq',
    file: 'dist/cjs/classes/scripts.js',
    versions: '>=5.24 <6',
    load: () => (require('./messaging/bullmq') as typeof import('./messaging/bullmq')).patchScripts,
  },
  {
    instrumentation: 'bullmq',
    module: 'bullmq',
    file: 'dist/cjs/classes/worker.js',
    versions: '>=5.24 <6',
    load: () => (require('./messaging/bullmq') as typeof import('./messaging/bullmq')).patchWorker,
  },
  {
    instrumentation: 'bullmq',
    module: 'bullmq',
    file: 'dist/cjs/classes/queue-events.js',
    versions: '>=5.24 <6',
    load: () => (require('./messaging/bullmq') as typeof import('./messaging/bullmq')).patchQueueEvents,
  },
  {
    // Since 6.
    instrumentation: 'bullmq',
    module: 'bullmq',
    file: 'dist/cjs/classes/redis-queue-backend.js',
    versions: '>=5.24 <7',
    load: () => (require('./messaging/bullmq') as typeof import('./messaging/bullmq')).patchBackend,
  },
  {
    // Makes no spans, so a list of instrumentations to use doesn't leave it out.
    always: true,
    instrumentation: 'opentelemetry-api',
    module: '@opentelemetry/api',
    versions: '>=1 <2',
    exact: true,
    load: () => (require('./opentelemetry-api') as typeof import('./opentelemetry-api')).patch,
  },
];
