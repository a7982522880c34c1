/**
 * What docs/instrumentations.md tells of each library: one entry a library that users install, for the rows of
 * `registry.ts` that trace it. Beside a span's way: read by scripts/docs.ts and tests, never by the agent.
 *
 * Versions, tested versions and ES modules are not written here: they come from the registry, from what the tests name,
 * and from the lock files. test/contracts/instrumentations.test.ts holds all of them together.
 */

export interface CatalogueEntry {
  /** The package's name as users install it; of Node's own modules, what users call them. */
  readonly library: string;
  /** The name for the settings; that of the registry's rows. */
  readonly instrumentation: string;
  /** The `module`s of the registry's rows that trace it, where they aren't `library` alone. */
  readonly modules?: readonly string[];
  /**
   * Versions of `library` that are traced, where the rows' ranges are those of another package, or a built-in's row
   * serves a package as well. A range that `inRange` reads, or `Node.js` for a part of Node itself.
   */
  readonly versions?: string;
  /** What a user sees in a trace; one or two sentences. */
  readonly records: string;
  /** Where spans differ from those of OpenTelemetry's own instrumentation, on purpose. */
  readonly differs?: string;
  /** Why no test names a package of it. */
  readonly untested?: string;
}

const LOGS =
  "No spans: where the setting `logCorrelation` is on, the active span's `trace_id`, `span_id` and `trace_flags` in each record.";
const LOGS_DIFFER =
  'Off unless set, since it changes what the application writes. Fields of the same names that the application gives stay. Records are not sent anywhere.';

/** In the page's order: by kind, and by name within a kind. */
export const catalogue: Readonly<Record<string, readonly CatalogueEntry[]>> = {
  HTTP: [
    {
      library: 'http, https',
      instrumentation: 'http',
      modules: ['http'],
      versions: 'Node.js',
      records:
        'A server span for each request that arrives, upgrades included, and a client span for each that leaves; the trace is read from and written to the headers.',
      differs:
        'Query values are hidden unless the setting `urlQuery` keeps them. Attributes are the stable conventions only.',
    },
    {
      library: 'http2',
      instrumentation: 'http2',
      versions: 'Node.js',
      records:
        'As `http`, by the stream API and by the compatibility API: a server span for each stream that a client opens, a client span for each `session.request`. What a server pushes is no request.',
      differs: 'OpenTelemetry has none.',
    },
    {
      library: 'fetch',
      instrumentation: 'undici',
      modules: ['undici'],
      versions: 'Node.js',
      records: 'A client span for each request, redirects one by one; the trace is written to the headers.',
    },
    {
      library: 'undici',
      instrumentation: 'undici',
      versions: '>=4.10.4 <9',
      records: 'As `fetch`: also `request`, `stream`, `pipeline`, pools, and agents of the application.',
    },
  ],
  'Web frameworks': [
    {
      library: 'express',
      instrumentation: 'express',
      modules: ['express', 'router'],
      versions: '>=4 <6',
      records:
        "The route's template through all mounted routers, as the name and `http.route` of the server span.",
      differs:
        'Middleware and handlers have spans only with the setting `detail`, from 4.6 on; routers have none.',
    },
    {
      library: 'router',
      instrumentation: 'express',
      records: 'As `express`.',
    },
    {
      library: 'connect',
      instrumentation: 'connect',
      records:
        'The path that the answering middleware is mounted at, as the name and `http.route` of the server span.',
      differs: 'Middleware has spans only with the setting `detail`.',
    },
    {
      library: 'fastify',
      instrumentation: 'fastify',
      modules: ['fastify', 'find-my-way'],
      versions: '>=3.29 <6',
      records:
        "The route's template with its prefixes, as the name and `http.route` of the server span; a 404 handler is no route.",
      differs: 'Handlers and hooks have spans only with the setting `detail`.',
    },
    {
      library: 'find-my-way',
      instrumentation: 'fastify',
      records:
        "The route's template, as the name and `http.route` of the server span. Where it stands alone, with the setting `detail` a span for each handler.",
    },
    {
      library: 'koa',
      instrumentation: 'koa',
      records:
        'With the setting `detail` a span for each middleware, below the one that awaits it; else nothing.',
      differs: 'As `detail` says.',
    },
    {
      library: '@koa/router',
      instrumentation: 'koa',
      records:
        "The route's template through nested routers and prefixes, as the name and `http.route` of the server span.",
      differs: 'Handlers have spans only with the setting `detail`.',
    },
    { library: 'koa-router', instrumentation: 'koa', records: 'As `@koa/router`.' },
    {
      library: 'koa-mount',
      instrumentation: 'koa',
      records: 'No spans: its prefix is part of the routes of the routers below it.',
    },
    {
      library: '@hapi/hapi',
      instrumentation: 'hapi',
      records: "The route's path with its prefix, as the name and `http.route` of the server span.",
      differs: 'Handlers, prerequisites and extensions have spans only with the setting `detail`.',
    },
    {
      library: 'restify',
      instrumentation: 'restify',
      records: "The route's path, as the name and `http.route` of the server span.",
      differs: 'Handlers have spans only with the setting `detail`.',
    },
    {
      library: '@nestjs/core',
      instrumentation: 'nestjs-core',
      records:
        'With the setting `detail` a span for each controller method. Its routes are those of the Express or Fastify below.',
      differs: 'As `detail` says. None for the creation of the application.',
    },
    {
      library: 'next',
      instrumentation: 'next',
      records:
        "The page's or route handler's path, `/blog/[slug]`, as the name and `http.route` of the server span; an error page is none. Next.js makes spans of its own below it, whose `http.target` holds the query as it came. Versions 13 to 15 were run on Node.js 18 and 26, 16 on 20 and 26.",
    },
    {
      library: 'hono',
      instrumentation: 'hono',
      records:
        "Behind `@hono/node-server`: the route's template, as the name and `http.route` of the server span. With the setting `detail` a span for each handler and middleware.",
    },
  ],
  Redis: [
    {
      library: 'ioredis',
      instrumentation: 'ioredis',
      records:
        'A client span for each command, and one for each pipeline or MULTI. The statement is the command with `?` for its arguments.',
      differs: 'No argument is ever recorded. A pipeline is one span.',
    },
    {
      library: 'redis',
      instrumentation: 'redis',
      modules: ['@redis/client', '@node-redis/client', 'redis'],
      versions: '>=2.6 <7',
      records:
        'A client span for each command, and one for each MULTI or pipeline. The statement is the command with `?` for its arguments.',
      differs:
        'No argument is ever recorded. A MULTI is one span. Subscribing is a span, and connecting is none.',
    },
    {
      library: 'iovalkey',
      instrumentation: 'iovalkey',
      records: 'As `ioredis`, of which it is a fork.',
    },
  ],
  SQL: [
    {
      library: 'mariadb',
      instrumentation: 'mariadb',
      records:
        'A client span for each query, execution, batch or stream, by promises or callbacks, connection, pool or cluster, with its text (literals hidden) and summary.',
    },
    {
      library: 'mysql',
      instrumentation: 'mysql',
      records:
        'A client span for each query by connection, pool or cluster, with its text (literals hidden) and summary.',
      differs:
        "Literals and bound values are never recorded. A pool's query begins when it has its connection, and no metrics of pools.",
    },
    {
      library: 'mysql2',
      instrumentation: 'mysql2',
      records:
        'A client span for each query or execution, by connection, pool, cluster or promise API, with its text (literals hidden) and summary.',
      differs: 'Literals and bound values are never recorded.',
    },
    {
      library: 'pg',
      instrumentation: 'pg',
      modules: ['pg', 'pg-pool'],
      versions: '>=8.0.3 <9',
      records:
        'A client span for each query, cursor or stream, also through pg-native, with its text (literals hidden) and summary.',
      differs: 'Literals are never recorded. No spans for connecting.',
    },
    {
      library: 'postgres',
      instrumentation: 'postgres',
      records:
        'A client span for each query that is sent, those of transactions, cursors, COPY and `listen` too, with its text (literals hidden) and summary.',
    },
    {
      library: 'better-sqlite3',
      instrumentation: 'better-sqlite3',
      records:
        'A client span for each run of a statement, `exec`, `pragma` and step of a transaction; of an iterator until it is left. The file is the namespace.',
    },
    {
      library: 'node:sqlite',
      instrumentation: 'sqlite',
      modules: ['sqlite'],
      versions: 'Node.js',
      records:
        'A client span for each run of a statement, `exec` and call of a tag store, from Node.js 22.5 on. The file is the namespace.',
    },
    {
      library: '@electric-sql/pglite',
      instrumentation: 'pglite',
      records:
        'A client span for each query, also of a transaction, as for pg. No spans for the BEGIN and COMMIT that it sends itself.',
    },
    {
      library: 'tedious',
      instrumentation: 'tedious',
      records:
        'A client span for each query, batch, execution and procedure, also below mssql. Tested against a stub of the server.',
      differs:
        'Literals are never recorded. No spans for preparing, nor for the beginning and end of transactions.',
    },
    {
      library: 'oracledb',
      instrumentation: 'oracledb',
      records: 'A client span for each execution. Tested without a server only: that failures look the same.',
      differs: 'Literals and bound values are never recorded. No spans for connecting and round trips.',
    },
    {
      library: 'sqlite3',
      instrumentation: 'sqlite3',
      records:
        'A client span for each statement that a database or a prepared statement runs; callbacks run in their caller.',
    },
  ],
  Logs: [
    {
      library: 'bunyan',
      instrumentation: 'bunyan',
      records: LOGS,
      differs: LOGS_DIFFER,
    },
    {
      library: 'pino',
      instrumentation: 'pino',
      records: LOGS,
      differs: LOGS_DIFFER,
    },
    {
      library: 'winston',
      instrumentation: 'winston',
      records: LOGS,
      differs: LOGS_DIFFER,
    },
  ],
  Messaging: [
    {
      library: 'bullmq',
      instrumentation: 'bullmq',
      versions: '>=5.24 <7',
      records:
        "A producer span for each job, bulk of jobs or flow that is added, and a consumer span for each attempt at a job, in the producer's trace. The context is in the job's own field for it, as bullmq-otel writes it; where the application gives BullMQ the option `telemetry`, that is used alone. What workers and listeners ask Redis again and again is no trace.",
    },
  ],
};

/** Instrumentations of the registry that make no spans and have no entry here. */
export const internal: readonly string[] = ['opentelemetry-api'];
