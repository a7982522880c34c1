/**
 * What OpenTelemetry's instrumentations patch, made by scripts/contrib.ts from auto-instrumentations-node 0.80.0.
 * Second station of a span's way: rows of the registry beside our own patches. Not to be edited by hand.
 */
import type { Contrib } from './contrib';

export const table: readonly Contrib[] = [
  {
    // 0.69.0
    name: 'amqplib',
    className: 'AmqplibInstrumentation',
    load: () => require('@opentelemetry/instrumentation-amqplib'),
    targets: [
      { module: 'amqplib', file: 'lib/channel_model.js', versions: '>=0.5.5 <3', at: [0, 0] },
      { module: 'amqplib', file: 'lib/connect.js', versions: '>=0.5.5 <3', at: [0, 1] },
      { module: 'amqplib', file: 'lib/callback_model.js', versions: '>=0.5.5 <3', at: [0, 2] },
    ],
  },
  {
    // 0.77.0
    name: 'aws-sdk',
    className: 'AwsInstrumentation',
    load: () => require('@opentelemetry/instrumentation-aws-sdk'),
    targets: [
      {
        module: '@aws-sdk/middleware-stack',
        file: 'dist/cjs/MiddlewareStack.js',
        versions: '>=3.1.0 <3.35.0',
        at: [0, 0],
      },
      {
        module: '@aws-sdk/middleware-stack',
        file: 'dist-cjs/MiddlewareStack.js',
        versions: '>=3.35.0',
        at: [0, 1],
      },
      { module: '@smithy/middleware-stack', versions: '>=2.0.0', at: [1] },
      {
        module: '@smithy/core',
        file: 'dist-cjs/submodules/client/index.js',
        versions: '>=3.24.0',
        at: [2, 0],
      },
      { module: '@aws-sdk/smithy-client', versions: '>=3.1.0 <4', at: [3] },
      { module: '@smithy/smithy-client', versions: '>=1.0.3', at: [4] },
    ],
  },
  {
    // 0.67.0
    name: 'cassandra-driver',
    className: 'CassandraDriverInstrumentation',
    load: () => require('@opentelemetry/instrumentation-cassandra-driver'),
    targets: [
      { module: 'cassandra-driver', versions: '>=4.4.0 <5', at: [0] },
      { module: 'cassandra-driver', file: 'lib/request-execution.js', versions: '>=4.4.0 <5', at: [0, 0] },
    ],
  },
  {
    // 0.38.0
    name: 'cucumber',
    className: 'CucumberInstrumentation',
    load: () => require('@opentelemetry/instrumentation-cucumber'),
    targets: [
      { module: '@cucumber/cucumber', versions: '>=8.0.0 <13', at: [0] },
      {
        module: '@cucumber/cucumber',
        file: 'lib/runtime/test_case_runner.js',
        versions: '>=8.0.0 <13',
        at: [0, 0],
      },
    ],
  },
  {
    // 0.39.0
    name: 'dataloader',
    className: 'DataloaderInstrumentation',
    load: () => require('@opentelemetry/instrumentation-dataloader'),
    targets: [{ module: 'dataloader', versions: '>=2.0.0 <3', at: [0] }],
  },
  {
    // 0.65.0
    name: 'dns',
    className: 'DnsInstrumentation',
    builtin: true,
    load: () => require('@opentelemetry/instrumentation-dns'),
    targets: [
      { module: 'dns', versions: '*', at: [0] },
      { module: 'dns/promises', versions: '*', at: [1] },
    ],
  },
  {
    // 0.41.0
    name: 'fs',
    className: 'FsInstrumentation',
    builtin: true,
    load: () => require('@opentelemetry/instrumentation-fs'),
    targets: [
      { module: 'fs', versions: '*', at: [0] },
      { module: 'fs/promises', versions: '*', at: [1] },
    ],
  },
  {
    // 0.65.0
    name: 'generic-pool',
    className: 'GenericPoolInstrumentation',
    onRequest: true,
    load: () => require('@opentelemetry/instrumentation-generic-pool'),
    targets: [
      { module: 'generic-pool', versions: '>=3.0.0 <4', at: [0] },
      { module: 'generic-pool', versions: '>=2.4.0 <3', at: [1] },
      { module: 'generic-pool', versions: '>=2.0.0 <2.4', at: [2] },
    ],
  },
  {
    // 0.70.0
    name: 'graphql',
    className: 'GraphQLInstrumentation',
    load: () => require('@opentelemetry/instrumentation-graphql'),
    targets: [
      { module: 'graphql', file: 'execution/execute.js', versions: '>=14.0.0 <17', at: [0, 0] },
      { module: 'graphql', file: 'language/parser.js', versions: '>=14.0.0 <17', at: [0, 1] },
      { module: 'graphql', file: 'validation/validate.js', versions: '>=14.0.0 <17', at: [0, 2] },
    ],
  },
  {
    // 0.222.0
    name: 'grpc',
    className: 'GrpcInstrumentation',
    load: () => require('@opentelemetry/instrumentation-grpc'),
    targets: [{ module: '@grpc/grpc-js', versions: '>=1.0.0 <2', at: [0] }],
  },
  {
    // 0.31.0
    name: 'kafkajs',
    className: 'KafkaJsInstrumentation',
    load: () => require('@opentelemetry/instrumentation-kafkajs'),
    targets: [
      { module: 'kafkajs', versions: '>=0.3.0 <3', at: [0] },
      { module: 'kafkajs', file: 'src/producer/index.js', versions: '>=0.3.0 <3', at: [0, 0] },
      { module: 'kafkajs', file: 'src/consumer/index.js', versions: '>=0.3.0 <3', at: [0, 1] },
    ],
  },
  {
    // 0.66.0
    name: 'knex',
    className: 'KnexInstrumentation',
    onRequest: true,
    load: () => require('@opentelemetry/instrumentation-knex'),
    targets: [
      {
        module: 'knex',
        file: 'src/client.js',
        versions: '>=0.22.0 <4 || >=0.10.0 <0.18.0 || >=0.19.0 <0.22.0 || >=0.18.0 <0.19.0',
        at: [0, 0],
      },
      {
        module: 'knex',
        file: 'lib/client.js',
        versions: '>=0.22.0 <4 || >=0.10.0 <0.18.0 || >=0.19.0 <0.22.0 || >=0.18.0 <0.19.0',
        at: [0, 1],
      },
      {
        module: 'knex',
        file: 'src/runner.js',
        versions: '>=0.22.0 <4 || >=0.10.0 <0.18.0 || >=0.19.0 <0.22.0 || >=0.18.0 <0.19.0',
        at: [0, 2],
      },
      {
        module: 'knex',
        file: 'lib/runner.js',
        versions: '>=0.22.0 <4 || >=0.10.0 <0.18.0 || >=0.19.0 <0.22.0 || >=0.18.0 <0.19.0',
        at: [0, 3],
      },
      {
        module: 'knex',
        file: 'lib/execution/runner.js',
        versions: '>=0.22.0 <4 || >=0.10.0 <0.18.0 || >=0.19.0 <0.22.0 || >=0.18.0 <0.19.0',
        at: [0, 4],
      },
    ],
  },
  {
    // 0.66.0
    name: 'lru-memoizer',
    className: 'LruMemoizerInstrumentation',
    load: () => require('@opentelemetry/instrumentation-lru-memoizer'),
    targets: [{ module: 'lru-memoizer', versions: '>=1.3 <4', at: [0] }],
  },
  {
    // 0.65.0
    name: 'memcached',
    className: 'MemcachedInstrumentation',
    load: () => require('@opentelemetry/instrumentation-memcached'),
    targets: [{ module: 'memcached', versions: '>=2.2.0 <3', at: [0] }],
  },
  {
    // 0.75.0
    name: 'mongodb',
    className: 'MongoDBInstrumentation',
    load: () => require('@opentelemetry/instrumentation-mongodb'),
    targets: [
      { module: 'mongodb', file: 'lib/core/wireprotocol/index.js', versions: '>=3.3.0 <4', at: [0, 0] },
      { module: 'mongodb', file: 'lib/cmap/connection.js', versions: '>=4.0.0 <6.4', at: [1, 0] },
      { module: 'mongodb', file: 'lib/cmap/connection.js', versions: '>=6.4.0 <8', at: [1, 1] },
      { module: 'mongodb', file: 'lib/cmap/connection_pool.js', versions: '>=4.0.0 <6.4', at: [1, 2] },
      { module: 'mongodb', file: 'lib/cmap/connect.js', versions: '>=4.0.0 <8', at: [1, 3] },
      { module: 'mongodb', file: 'lib/sessions.js', versions: '>=4.0.0 <8', at: [1, 4] },
    ],
  },
  {
    // 0.68.0
    name: 'mongoose',
    className: 'MongooseInstrumentation',
    load: () => require('@opentelemetry/instrumentation-mongoose'),
    targets: [{ module: 'mongoose', versions: '>=5.9.7 <10', at: [0] }],
  },
  {
    // 0.66.0
    name: 'net',
    className: 'NetInstrumentation',
    builtin: true,
    load: () => require('@opentelemetry/instrumentation-net'),
    targets: [{ module: 'net', versions: '*', at: [0] }],
  },
  {
    // 0.20.0
    name: 'openai',
    className: 'OpenAIInstrumentation',
    load: () => require('@opentelemetry/instrumentation-openai'),
    targets: [
      { module: 'openai', versions: '>=4.19.0 <7', at: [0] },
      { module: 'openai', esm: 'index.mjs', versions: '>=4.19.0 <7', at: [0] },
    ],
  },
  {
    // 0.69.0
    name: 'socket.io',
    className: 'SocketIoInstrumentation',
    load: () => require('@opentelemetry/instrumentation-socket.io'),
    targets: [
      { module: 'socket.io', versions: '>=3 <5', at: [0] },
      { module: 'socket.io', file: 'dist/broadcast-operator.js', versions: '>=4 <5', at: [0, 0] },
      { module: 'socket.io', file: 'dist/namespace.js', versions: '<4', at: [0, 1] },
      { module: 'socket.io', file: 'dist/socket.js', versions: '>=3 <5', at: [0, 2] },
      { module: 'socket.io', versions: '>=2 <3', at: [1] },
      { module: 'socket.io', file: 'lib/namespace.js', versions: '>=2 <3', at: [1, 0] },
      { module: 'socket.io', file: 'lib/socket.js', versions: '>=2 <3', at: [1, 1] },
    ],
  },
];

// Left out of @opentelemetry/auto-instrumentations-node 0.80.0:
// aws-lambda: its target is the handler that AWS Lambda names at start, and it ends the span by flushing an SDK of its own.
// bunyan: patched by this agent itself.
// connect: patched by this agent itself.
// express: patched by this agent itself.
// hapi: patched by this agent itself.
// host-metrics: makes metrics, no spans, and runs from the start.
// http: patched by this agent itself.
// ioredis: patched by this agent itself.
// koa: patched by this agent itself.
// mysql: patched by this agent itself.
// mysql2: patched by this agent itself.
// nestjs-core: patched by this agent itself.
// oracledb: patched by this agent itself.
// pg: patched by this agent itself.
// pino: patched by this agent itself.
// redis: patched by this agent itself.
// restify: patched by this agent itself.
// router: patched by this agent itself.
// runtime-node: makes metrics, no spans, and runs from the start.
// tedious: patched by this agent itself.
// undici: patched by this agent itself.
// winston: patched by this agent itself.
