/**
 * Where our spans differ from those of OpenTelemetry's instrumentation for the same library, and why.
 * Beside a span's way: read by scripts/docs.ts and tests, never by the agent. test/libraries/contrib-comparison runs one
 * application under both and fails for every difference that isn't here, and for every one that no longer is.
 */

export interface Comparison {
  /** The application's name in test/libraries/contrib-comparison, and the library's. */
  readonly library: string;
  /** OpenTelemetry's short names of the instrumentations, as OTEL_NODE_ENABLED_INSTRUMENTATIONS takes them. */
  readonly instrumentations: string;
  /** Our setting of that name; its default where this is absent. */
  readonly detail?: 'handler' | 'middleware';
  /** Why spans fail that OpenTelemetry's don't, or the other way round. */
  readonly failures?: string;
  /** Spans that only OpenTelemetry makes: a pattern of `name < name of the parent`, and the reason. */
  readonly spansLacking?: readonly Difference[];
  /** Spans that only we make. */
  readonly spansAdded?: readonly Difference[];
  /** Attributes that only OpenTelemetry's spans have. */
  readonly lacking?: Readonly<Record<string, string>>;
  /** Attributes that only ours have. */
  readonly added?: Readonly<Record<string, string>>;
}

export interface Difference {
  readonly span: RegExp;
  /** What its `db.operation.name` is, where the name is that of others as well. */
  readonly operation?: RegExp;
  /** What it is, for the page. */
  readonly what: string;
  readonly reason: string;
}

const ERROR_TYPE = { 'error.type': 'the convention asks for it wherever a span fails' };
const DEFAULT_PORT = { 'server.port': 'left out where it is the default one, as the convention says' };
const FAILED = {
  ...ERROR_TYPE,
  'db.response.status_code': "the server's code of the error; its message may hold values",
};
const SUMMARY = {
  'db.operation.name': 'read from the text',
  'db.collection.name': 'read from the text, where one table is named',
  'db.query.summary': "the convention's name for a span, with few values",
};
const ROWS = { 'db.response.returned_rows': 'known without asking' };
const handlers = (span: RegExp): readonly Difference[] => [
  { span, what: 'middleware, routers and handlers', reason: 'only with the setting `detail`' },
];

const FASTIFY_REQUEST: Difference = {
  span: /^request </,
  what: 'a second span for the request',
  reason: 'the server span is one',
};
const NEST_CREATION: Difference = {
  span: /^Create Nest App </,
  what: 'creating the application',
  reason: 'no part of a request',
};

export const comparisons: readonly Comparison[] = [
  { library: 'http', instrumentations: 'http', added: ERROR_TYPE },
  {
    library: 'undici',
    instrumentations: 'undici',
    lacking: {
      'http.request.method_original': 'only where the method is none that the convention knows',
      'url.path': '`url.full` holds it',
      'url.query': '`url.full` holds it, with its values hidden',
      'url.scheme': '`url.full` holds it',
      'user_agent.original': 'not recorded of requests that leave',
    },
    added: ERROR_TYPE,
  },
  {
    library: 'express',
    instrumentations: 'http,express,router',
    spansLacking: handlers(/^(middleware|router|request handler)\b/),
    added: ERROR_TYPE,
  },
  {
    library: 'hapi',
    instrumentations: 'http,hapi',
    spansLacking: handlers(/^route - /),
    added: ERROR_TYPE,
  },
  {
    library: 'restify',
    instrumentations: 'http,restify',
    spansLacking: handlers(/^request handler - /),
    added: ERROR_TYPE,
  },
  {
    library: 'koa',
    instrumentations: 'http,koa',
    spansLacking: handlers(/^(middleware|router) - /),
    added: ERROR_TYPE,
  },
  {
    library: 'koa',
    instrumentations: 'http,koa',
    detail: 'middleware',
    failures: 'middleware and handlers that throw have failed; OpenTelemetry records the exception alone',
    added: ERROR_TYPE,
  },
  {
    library: 'fastify',
    instrumentations: 'http,fastify',
    spansLacking: [FASTIFY_REQUEST, ...handlers(/^(preHandler|handler) - /)],
    added: ERROR_TYPE,
  },
  {
    library: 'fastify',
    instrumentations: 'http,fastify',
    detail: 'middleware',
    spansLacking: [FASTIFY_REQUEST],
    lacking: {
      'hook.callback.name': 'it is `fastify.name`',
      'hook.name': 'of a hook alone',
    },
    added: { ...ERROR_TYPE, 'fastify.name': "the function's name" },
  },
  {
    library: 'nestjs',
    instrumentations: 'http,express,router,nestjs-core',
    spansLacking: [NEST_CREATION, ...handlers(/^(middleware|request handler|Things\.\w+|find|fail)\b/)],
    added: ERROR_TYPE,
  },
  {
    library: 'nestjs',
    instrumentations: 'http,express,router,nestjs-core',
    detail: 'handler',
    spansLacking: [
      NEST_CREATION,
      ...handlers(/^middleware - /),
      {
        span: /^request handler - \S+ < request handler$/,
        what: "a second span for Express's handler, of the package below it",
        reason: 'it runs once',
      },
      {
        span: /^(\w+) < \w+\.\1$/,
        what: "a second span for a controller's method, without its guards and pipes",
        reason: 'one span a call',
      },
    ],
    lacking: {
      component: '`nestjs.type` tells',
      'http.request.method': 'the server span has it',
      'nestjs.version': 'it is the same for all of a process',
      'url.full': 'the server span has its parts, with the values of the query hidden',
    },
    added: ERROR_TYPE,
  },
  {
    library: 'ioredis',
    instrumentations: 'ioredis',
    spansLacking: [
      { span: /^connect </, what: 'connecting', reason: 'no command of the application' },
      {
        span: /^(client|info) </,
        what: 'what the client sends by itself on a new connection',
        reason: 'no command of the application',
      },
      { span: /^(multi|exec) </, what: 'MULTI and EXEC', reason: 'one span for all of a MULTI' },
      {
        span: /^(get|del) </,
        operation: /^(PIPELINE|MULTI) /,
        what: 'each command of a pipeline or MULTI',
        reason: 'one span for all of it',
      },
    ],
    spansAdded: [
      {
        span: /^(PIPELINE|MULTI) </,
        what: 'a pipeline or MULTI, with the number of its commands',
        reason: 'in place of those',
      },
    ],
    lacking: DEFAULT_PORT,
    added: { ...FAILED, 'db.namespace': 'the number of the database' },
  },
  {
    library: 'redis',
    instrumentations: 'redis',
    spansLacking: [
      { span: /^redis-connect </, what: 'connecting', reason: 'no command of the application' },
      {
        span: /^redis-(GET|DEL) </,
        operation: /^MULTI$/,
        what: 'each command of a MULTI',
        reason: 'one span for all of it',
      },
    ],
    spansAdded: [
      { span: /^MULTI </, what: 'a MULTI, with the number of its commands', reason: 'in place of those' },
    ],
    lacking: DEFAULT_PORT,
    added: { ...FAILED, 'db.namespace': 'the number of the database' },
  },
  {
    library: 'pg',
    instrumentations: 'pg',
    spansLacking: [
      { span: /^pg(-pool)?\.connect </, what: 'connecting and waiting for a connection', reason: 'no query' },
    ],
    lacking: DEFAULT_PORT,
    added: { ...SUMMARY, ...ROWS, ...FAILED },
  },
  {
    library: 'mysql2',
    instrumentations: 'mysql2',
    lacking: DEFAULT_PORT,
    added: { ...SUMMARY, ...ROWS, ...FAILED },
  },
  {
    library: 'mysql',
    instrumentations: 'mysql',
    spansLacking: [
      { span: /^(\w+) < \1$/, what: "a second span for a pool's query", reason: 'it is sent once' },
    ],
    lacking: DEFAULT_PORT,
    added: { ...SUMMARY, ...ROWS, ...FAILED },
  },
  {
    library: 'tedious',
    instrumentations: 'tedious',
    lacking: {
      'db.query.text': 'of a procedure alone, whose name is no text',
      'tedious.procedure_count': 'no convention knows it',
      'tedious.statement_count': 'no convention knows it',
    },
    added: {
      'db.collection.name': SUMMARY['db.collection.name'],
      'db.query.summary': SUMMARY['db.query.summary'],
      ...ROWS,
    },
  },
];
