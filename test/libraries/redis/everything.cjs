// Uses node-redis as applications do; each part below a span of its own, named after the part.
// Keys and values all hold "canary", which no packet may contain. Prints what it observed as one JSON line.
const { createHash } = require('node:crypto');
const redis = require(process.env.LIBRARY || 'redis');
const { below: part, isActive } = require('../../support/parts.cjs');

const socket = { host: process.env.REDIS_HOST, port: Number(process.env.REDIS_PORT) };
const prefix = `canary:${process.pid}:`;
const key = (name) => prefix + name;
const seen = {};
const four = typeof redis.commandOptions === 'function';
const pings = 'isReady' in redis.createClient();

// 5.0 doesn't export its own.
const { defineScript = (from) => ({ ...from, SHA1: createHash('sha1').update(from.SCRIPT).digest('hex') }) } =
  redis;
const message = (error) => error.message;
const script = {
  SCRIPT: "return redis.call('append', KEYS[1], 'canary')",
  NUMBER_OF_KEYS: 1,
  transformArguments: (name) => [name],
  parseCommand: (parser, name) => parser.pushKey(name),
  transformReply: (reply) => reply,
};

async function main() {
  const client = redis.createClient({
    socket,
    database: 3,
    name: 'canary-client',
    scripts: { canaryAppend: defineScript(script) },
  });
  client.on('error', (error) => console.error(error));

  await part('offline', async () => {
    const connected = client.connect();
    const early = client.set(key('early'), 'canary-value');
    await connected;
    await early;
  });

  await part('commands', async (span) => {
    seen.get = await client.get(key('early'));
    seen.afterAwait = isActive(span);
    await client.mGet(Array.from({ length: 9 }, (_, at) => key(`many${at}`)));
    await client.sendCommand(['EcHo', 'canary-echo']);
    const hash = await client.hSet(key('hash'), { canary: 'canary', canary2: 'canary' });
    seen.hash = hash;
  });

  await part('errors', async (span) => {
    seen.wrongtype = await client.lPush(key('early'), 'canary-value').catch(message);
    seen.afterError = isActive(span);
    seen.unknown = await client.sendCommand(['NOSUCH', 'canary-argument']).then(
      () => 'none',
      () => 'error',
    );
    seen.oneString = await client.sendCommand([`GET ${key('early')}`]).then(
      () => 'none',
      () => 'error',
    );
    seen.auth = await client.auth({ username: 'canary-user', password: 'canary' }).then(
      () => 'none',
      () => 'error',
    );
    seen.script = await client.eval("return redis.error_reply('canary canary')").then(
      () => 'none',
      () => 'error',
    );
  });

  await part('scripts', async () => {
    seen.appended = await client.canaryAppend(key('early'));
  });

  await part('pipelines', async (span) => {
    const pipeline = (multi) => multi.execAsPipeline();
    seen.pipeline = await pipeline(client.multi().set(key('a'), 'canary-1').get(key('a')).incr(key('n')));
    seen.inPipeline = isActive(span);
    await pipeline(client.multi().get(key('a')).get(key('b')));
    await pipeline(client.multi().get(key('a')));
    seen.emptyPipeline = await pipeline(client.multi());
    seen.pipelineError = await pipeline(client.multi().get(key('a')).lPush(key('a'), 'canary')).then(
      () => 'none',
      () => 'error',
    );
  });

  await part('transactions', async () => {
    seen.multi = await client.multi().set(key('a'), 'canary-1').get(key('a')).exec();
    await client.multi().incr(key('n')).incr(key('n')).exec();
    // Looks like the three replies that node-redis 4 keeps of a transaction that a WATCH stopped.
    seen.lookalike = await client
      .multi()
      .set(key('a'), 'canary')
      .lRange(key('none'), 0, 1)
      .get(key('none'))
      .exec();
    seen.runtimeError = await client
      .multi()
      .set(key('a'), 'canary')
      .lPush(key('a'), 'canary')
      .exec()
      .then(
        () => 'none',
        () => 'error',
      );
    seen.queueError = await client
      .multi()
      .addCommand(['SET', key('a')])
      .get(key('a'))
      .exec()
      .then(
        () => 'none',
        () => 'error',
      );
    const other = client.duplicate();
    await other.connect();
    await client.watch(key('a'));
    await other.set(key('a'), 'canary-other');
    await (four ? other.quit() : other.close());
    seen.watch = await client
      .multi()
      .set(key('a'), 'canary-2')
      .get(key('a'))
      .exec()
      .then(
        () => 'none',
        (error) => error.constructor.name,
      );
  });

  await part('blocking', async () => {
    const blocked = client.duplicate();
    await blocked.connect();
    const popped = blocked.blPop(key('list'), 5);
    await client.lPush(key('list'), 'canary');
    seen.popped = (await popped).element;
    await blocked.disconnect();
  });

  await part('pubsub', async () => {
    const subscriber = client.duplicate();
    await subscriber.connect();
    const got = new Promise((resolve) => {
      subscriber
        .subscribe(key('channel'), resolve)
        .then(() => client.publish(key('channel'), 'canary-message'));
    });
    seen.message = await got;
    await subscriber.unsubscribe();
    await subscriber.pSubscribe([key('pattern*'), key('other*')], () => {});
    await subscriber.pUnsubscribe(key('other*'));
    await subscriber.disconnect();
  });

  await part('select', async () => {
    await client.select(4);
    await client.get(key('a'));
    await client.select(3);
  });

  if (four) {
    await part('pool 1', () => client.get(redis.commandOptions({ isolated: true }), key('a')));
    const legacy = redis.createClient({ socket, legacyMode: true });
    await legacy.connect();
    await part(
      'legacy',
      (span) =>
        new Promise((resolve) => {
          legacy.get(key('a'), (error, value) => {
            seen.legacy = [error, value];
            seen.inLegacyCallback = isActive(span);
            resolve();
          });
        }),
    );
    await legacy.disconnect();
  } else {
    const size = { minimum: 1, maximum: 1 };
    // 5.0 exports no way to make one but this.
    const pool = redis.createClientPool?.({ socket }, size) ?? client.createPool(size);
    await pool.connect();
    await Promise.all([1, 2, 3].map((at) => part(`pool ${at}`, () => pool.get(key('a')))));
    await pool.close();
    const dirty = client.duplicate();
    await dirty.connect();
    await part('reset', () => dirty.reset());
    await dirty.close();
    await part(
      'legacy',
      (span) =>
        new Promise((resolve) => {
          client.legacy().get(key('a'), (error, value) => {
            seen.legacy = [error, value];
            seen.inLegacyCallback = isActive(span);
            resolve();
          });
        }),
    );
  }

  await part('closed', async () => {
    const closed = client.duplicate();
    seen.closed = await closed.get(key('a')).then(
      () => 'none',
      (error) => error.constructor.name,
    );
  });

  const pinger = client.duplicate({ pingInterval: 5 });
  // 4.0 sends none.
  const pinged = pings && new Promise((resolve) => pinger.once('ping-interval', resolve));
  await part('pings', () => pinger.connect());
  await pinged;
  await pinger.disconnect();

  await client.sendCommand(['DEL', ...(await client.keys(`${prefix}*`))]);
  await client.quit();
  console.log(JSON.stringify(seen));
}

main();
