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
