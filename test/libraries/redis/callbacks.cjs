// Uses node-redis 2 and 3 as applications do, with callbacks; each part below a span of its own, named after the part.
// Keys and values all hold "canary", which no packet may contain. Prints what it observed as one JSON line.
const redis = require(process.env.LIBRARY || 'redis3');
const { below: part, isActive } = require('../../support/parts.cjs');

const host = process.env.REDIS_HOST;
const port = Number(process.env.REDIS_PORT);
const prefix = `canary:${process.pid}:`;
const key = (name) => prefix + name;
const seen = {};

/** Calls a method with a callback; gives [code, reply]. */
const ask = (target, method, ...args) =>
  new Promise((resolve) => {
    target[method](...args, (error, reply) => resolve([error?.code ?? null, reply]));
  });

async function main() {
  const client = redis.createClient({ host, port, db: 3 });
  const errors = [];
  client.on('error', (error) => errors.push(error.code));
  const ready = new Promise((resolve) => {
    // Sent in the midst of the library's own work.
    client.once('ready', () => part('ready', () => ask(client, 'get', key('none'))).then(resolve));
  });

  await part('offline', () => ask(client, 'set', key('early'), 'canary-value'));
  await ready;

  await part('commands', async (span) => {
    await new Promise((resolve) => {
      client.get(key('early'), (error, value) => {
        seen.get = [error, value];
        seen.inCallback = isActive(span);
        resolve();
      });
    });
    await ask(
      client,
      'mget',
      Array.from({ length: 9 }, (_, at) => key(`many${at}`)),
    );
    await ask(client, 'send_command', 'EcHo', ['canary-echo']);
    // Nobody waits for these: their replies end them, before the next command's.
    client.set(key('silent'), 'canary');
    client.hmset(key('hash'), { canary: 'canary', canary2: 'canary' });
    seen.hash = await ask(client, 'hgetall', key('hash'));
  });

  await part('errors', async (span) => {
    await new Promise((resolve) => {
      client.lpush(key('early'), 'canary-value', (error) => {
        seen.wrongtype = error.code;
        seen.afterError = isActive(span);
        resolve();
      });
    });
    client.lpush(key('early'), 'canary-silent');
    seen.unknown = (await ask(client, 'send_command', 'nosuch', ['canary']))[0];
    seen.script = (await ask(client, 'eval', "return redis.error_reply('canary canary')", 0))[1];
    seen.invalid = (await ask(client, 'set', key('a'), undefined))[0];
    try {
      client.set(key('a'), {});
    } catch (error) {
      seen.thrown = error.command;
    }
    seen.silentError = errors.shift();
  });

  await part('batches', async (span) => {
    seen.batch = await ask(client.batch().set(key('a'), 'canary-1').get(key('a')).incr(key('n')), 'exec');
    await ask(client.batch().get(key('a')).get(key('b')), 'exec');
    await ask(client.batch().get(key('a')), 'exec');
    seen.empty = await ask(client.batch(), 'exec');
    seen.batchError = (await ask(client.batch().get(key('a')).lpush(key('a'), 'canary'), 'exec'))[1][1].code;
    await new Promise((resolve) => {
      client
        .batch([
          [
            'get',
            key('a'),
            () => {
              seen.inBatchCallback = isActive(span);
            },
          ],
          ['set', key('c'), 'canary', resolve],
        ])
        .exec();
    });
  });

  await part('transactions', async (span) => {
    seen.multi = await ask(client.multi().set(key('a'), 'canary-1').get(key('a')), 'exec');
    await new Promise((resolve) => {
      client
        .multi([
          ['incr', key('n')],
          ['incr', key('n')],
        ])
        .exec(() => {
          seen.inMultiCallback = isActive(span);
          resolve();
        });
    });
    await ask(client.multi().get(key('a')), 'exec_atomic');
    await ask(client.multi().set(key('a'), 'canary').lpush(key('a'), 'canary'), 'exec');
    seen.queueError = (await ask(client.multi().set(key('a')).get(key('a')), 'exec'))[0];
    const other = client.duplicate();
    await ask(client, 'watch', key('a'));
    await ask(other, 'set', key('a'), 'canary-other');
    await ask(other, 'quit');
    seen.watch = await ask(client.multi().set(key('a'), 'canary-2').get(key('a')), 'exec');
    // No callback at all.
    client.multi().set(key('d'), 'canary').exec();
    await ask(client, 'get', key('d'));
  });

  await part('blocking', async () => {
    const blocked = client.duplicate();
    const popped = ask(blocked, 'blpop', key('list'), 5);
    await ask(client, 'lpush', key('list'), 'canary');
    seen.popped = (await popped)[1][1];
    await ask(blocked, 'quit');
  });

  const subscriber = client.duplicate();
  await part('pubsub', async () => {
    const got = new Promise((resolve) => subscriber.on('message', (_channel, text) => resolve(text)));
    await ask(subscriber, 'subscribe', key('channel'), key('channel2'));
    await ask(client, 'publish', key('channel'), 'canary-message');
    seen.message = await got;
    await ask(subscriber, 'psubscribe', key('*'));
    subscriber.punsubscribe(key('*'));
    await ask(subscriber, 'unsubscribe', key('channel2'));
  });
  await part('reconnect', async () => {
    const again = new Promise((resolve) => subscriber.once('ready', resolve));
    subscriber.stream.destroy();
    await again;
  });
  await ask(subscriber, 'quit');

  await part('select', async () => {
    await ask(client, 'select', 4);
    await ask(client, 'get', key('a'));
    await ask(client, 'select', 3);
  });

  await part('closed', async () => {
    const closed = client.duplicate();
    await ask(closed, 'quit');
    seen.closed = (await ask(closed, 'get', key('a')))[0];
    const failed = new Promise((resolve) => closed.once('error', (error) => resolve(error.code)));
    closed.get(key('a'));
    seen.closedSilently = await failed;
  });

  await part('flushed', async () => {
    const ended = client.duplicate();
    const waiting = ask(ended, 'get', key('a'));
    ended.get(key('b'));
    ended.end(true);
    seen.flushed = (await waiting)[0];
  });

  seen.symbols = Object.keys(client).filter((name) => /tracing/.test(name)).length;
  seen.errors = errors;
  const [, keys] = await ask(client, 'keys', `${prefix}*`);
  await ask(client, 'del', ...keys);
  await ask(client, 'quit');
  console.log(JSON.stringify(seen));
}

main();
