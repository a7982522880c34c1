// Uses ioredis as applications do; each part below a span of its own, named after the part.
// Keys and values all hold "canary", which no packet may contain. Prints what it observed as one JSON line.
const Redis = require(process.env.LIBRARY || 'ioredis');
const { below: part, isActive } = require('../../support/parts.cjs');

const host = process.env.REDIS_HOST;
const port = Number(process.env.REDIS_PORT);
const prefix = `canary:${process.pid}:`;
const key = (name) => prefix + name;
const seen = {};

const message = (error) => error.message;

async function main() {
  const redis = new Redis({ host, port, db: 3 });
  await part('offline', () => redis.set(key('early'), 'canary-value'));

  await part('commands', async (span) => {
    seen.get = await redis.get(key('early'));
    seen.afterAwait = isActive(span);
    await new Promise((resolve, reject) => {
      redis.get(key('early'), (error, value) => {
        seen.callback = [error, value];
        seen.inCallback = isActive(span);
        if (error) reject(error);
        else resolve();
      });
    });
    await redis.mget(...Array.from({ length: 9 }, (_, at) => key(`many${at}`)));
    await redis.call('EcHo', 'canary-echo');
    await redis.getBuffer(key('early'));
  });

  await part('errors', async (span) => {
    seen.wrongtype = await redis.lpush(key('early'), 'canary-value').catch(message);
    seen.afterError = isActive(span);
    seen.unknown = await redis.call('NOSUCH', 'canary-argument').then(
      () => 'none',
      () => 'error',
    );
    seen.auth = await redis.auth('canary-user', 'canary-password').then(
      () => 'none',
      () => 'error',
    );
    seen.script = await redis.eval("return redis.error_reply('canary canary')", 0).then(
      () => 'none',
      () => 'error',
    );
  });

  // A server that has just started doesn't have it, and would be asked twice.
  const lua = "return redis.call('append', KEYS[1], 'canary')";
  await part('loaded script', () => redis.script('LOAD', lua));
  await part('scripts', async () => {
    redis.defineCommand('canaryAppend', { numberOfKeys: 1, lua });
    await redis.canaryAppend(key('early'));
    seen.appended = await redis.canaryAppend(key('early'));
  });

  await part('pipelines', async (span) => {
    seen.pipeline = await redis.pipeline().set(key('a'), 'canary-1').get(key('a')).incr(key('n')).exec();
    await redis.pipeline().get(key('a')).get(key('b')).exec();
    await redis.pipeline().get(key('a')).exec();
    seen.emptyPipeline = await redis.pipeline().exec();
    seen.pipelineError = (
      await redis.pipeline().get(key('a')).lpush(key('a'), 'canary').exec()
    )[1][0].message;
    await new Promise((resolve) =>
      redis.pipeline([['set', key('c'), 'canary']]).exec(() => {
        seen.inPipelineCallback = isActive(span);
        resolve();
      }),
    );
  });

  await part('transactions', async () => {
    seen.multi = await redis.multi().set(key('a'), 'canary-1').get(key('a')).exec();
    await redis
      .multi([
        ['incr', key('n')],
        ['incr', key('n')],
      ])
      .exec();
    seen.runtimeError = (
      await redis.multi().set(key('a'), 'canary').lpush(key('a'), 'canary').exec()
    )[1][0].message;
    seen.queueError = await redis.multi().set(key('a')).exec().catch(message);
    const other = new Redis({ host, port, db: 3 });
    await redis.watch(key('a'));
    await other.set(key('a'), 'canary-other');
    await other.quit();
    seen.watch = await redis.multi().set(key('a'), 'canary-2').exec();
    await redis.multi({ pipeline: false });
    await redis.set(key('a'), 'canary-3');
    seen.discard = await redis.discard();
  });

  await part('blocking', async () => {
    const blocked = redis.duplicate();
    const popped = blocked.blpop(key('list'), 5);
    await redis.lpush(key('list'), 'canary');
    seen.popped = (await popped)[1];
    await blocked.quit();
  });

  await part('pubsub', async () => {
    const subscriber = redis.duplicate();
    const got = new Promise((resolve) => subscriber.on('message', (_channel, text) => resolve(text)));
    await subscriber.subscribe(key('channel'));
    await redis.publish(key('channel'), 'canary-message');
    seen.message = await got;
    await subscriber.unsubscribe();
    subscriber.disconnect();
  });

  const auto = new Redis({ host, port, db: 3, enableAutoPipelining: true, lazyConnect: true });
  await auto.connect();
  await Promise.all([
    part('auto 1', () => auto.get(key('a'))),
    part('auto 2', () => auto.set(key('b'), 'canary')),
  ]);
  await part('auto explicit', () => auto.pipeline().get(key('a')).set(key('b'), 'canary').exec());
  await auto.quit();

  await part('select', async () => {
    await redis.select(4);
    await redis.get(key('a'));
    await redis.select(3);
  });

  await part('closed', async () => {
    const closed = new Redis({ host, port, lazyConnect: true, retryStrategy: null });
    closed.disconnect();
    await new Promise((resolve) => setImmediate(resolve));
    seen.closed = await closed.get(key('a')).then(() => 'none', message);
  });

  await part('reconnect', async () => {
    const before = redis.connectionEpoch;
    const ready = new Promise((resolve) => redis.once('ready', resolve));
    redis.disconnect(true);
    seen.afterReconnect = await redis.get(key('early')).then((value) => value.startsWith('canary'));
    await ready;
    seen.reconnected = before === undefined || redis.connectionEpoch > before;
  });

  seen.symbols = Object.keys(redis).filter((name) => /tracing/.test(name)).length;
  const keys = await redis.keys(`${prefix}*`);
  await redis.del(...keys);
  await redis.quit();
  console.log(JSON.stringify(seen));
}

main();
