// One small application for each way to end; the first argument names it. Each ends a span first, named as the way is.
const { trace } = require('@opentelemetry/api');
const { spawn } = require('node:child_process');

const way = process.argv[2];
const tracer = trace.getTracer('endings');
const span = (name = way) => tracer.startSpan(name).end();
const say = (...words) => console.log(...words);
/** From another process, as an orchestrator sends it. */
const receive = (signal) => spawn('sh', ['-c', `kill -s ${signal.slice(3)} ${process.pid}`]);
const hold = () => setTimeout(() => say('held to the end'), 10_000);
const times = (count, work) => Array.from({ length: count }, (_, index) => work(index));

const ways = {
  natural: () => span(),
  'natural later': () => setTimeout(span, 5),
  'natural with exitCode': () => {
    span();
    process.exitCode = 5;
  },
  'no span at all': () => say('nothing'),
  exit: () => {
    span();
    process.exit(3);
  },
  'exit in a promise': () => {
    span();
    Promise.resolve().then(() => process.exit(4));
  },
  'exit in a listener of exit': () => {
    process.on('exit', (code) => {
      say('exit', code);
      span();
      process.exit(code + 1);
    });
    setImmediate(() => say('immediate'));
  },
  'span in a listener of exit': () => {
    span('first');
    process.on('exit', () => span());
  },
  'throw in a listener of exit': () => {
    span();
    process.on('exit', () => {
      throw new Error('thrown in exit');
    });
  },
  'exit in beforeExit': () => {
    span();
    process.on('beforeExit', () => process.exit(6));
  },
  throw: () => {
    span();
    throw new Error('thrown on purpose');
  },
  'throw later': () => {
    span();
    setTimeout(function later() {
      throw new TypeError('thrown in a timer');
    }, 5);
  },
  'throw no error': () => {
    span();
    throw null;
  },
  'rejection not handled': () => {
    span();
    Promise.reject(new Error('rejected on purpose'));
  },
  'rejection with a listener': () => {
    process.on('unhandledRejection', (reason) => say('rejected', reason.message));
    Promise.reject(new Error('rejected on purpose'));
    span();
  },
  'exception with a listener that exits': () => {
    process.on('uncaughtException', (error, origin) => {
      say(error.message, origin, process.listenerCount('exit') > 0);
      process.exit(9);
    });
    process.on('exit', () => {});
    span();
    throw new Error('thrown on purpose');
  },
  'exception with a monitor': () => {
    process.on('uncaughtExceptionMonitor', (error) => say('seen', error.message));
    span();
    throw new Error('thrown on purpose');
  },
  ...Object.fromEntries(
    ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'].map((signal) => [
      signal,
      () => {
        span();
        hold();
        receive(signal);
      },
    ]),
  ),
  'SIGTERM with a listener that exits': () => {
    span('first');
    hold();
    process.on('SIGTERM', (name, number) => {
      say(name, number, process.listenerCount('SIGTERM'));
      span();
      process.exit(0);
    });
    receive('SIGTERM');
  },
  'SIGTERM with a listener that closes': () => {
    const held = hold();
    span('first');
    process.once('SIGTERM', () => {
      say(process.listeners('SIGTERM').length);
      clearTimeout(held);
      span();
    });
    receive('SIGTERM');
  },
  'SIGTERM with a listener that went': () => {
    const listener = () => say('heard');
    span();
    process.on('SIGTERM', listener);
    process.off('SIGTERM', listener);
    say(process.listenerCount('SIGTERM'));
    hold();
    setImmediate(receive, 'SIGTERM');
  },
  'SIGTERM with all listeners removed': () => {
    span();
    setTimeout(() => {
      process.on('SIGTERM', () => say('heard'));
      process.removeAllListeners('SIGTERM');
      hold();
      setImmediate(receive, 'SIGTERM');
    }, 5);
  },
  'SIGTERM twice, the first heard': () => {
    span();
    hold();
    process.once('SIGTERM', () => {
      say('first');
      setImmediate(receive, 'SIGTERM');
    });
    receive('SIGTERM');
  },
  'SIGUSR2 as of nodemon': () => {
    span('first');
    hold();
    process.once('SIGUSR2', () => {
      say('cleaning');
      span();
      process.kill(process.pid, 'SIGUSR2');
    });
    receive('SIGUSR2');
  },
  'SIGINT where a listener looks for others': () => {
    span();
    hold();
    process.on('SIGINT', function listener() {
      if (process.listeners('SIGINT').length > 1) return;
      process.off('SIGINT', listener);
      process.kill(process.pid, 'SIGINT');
    });
    receive('SIGINT');
  },
  'kill itself': () => {
    span();
    process.kill(process.pid, 'SIGTERM');
    say('lives on');
  },
  'kill itself for good': () => {
    span();
    process.kill(process.pid, 'SIGKILL');
    say('lives on');
  },
  'kill itself, heard': () => {
    const held = hold();
    process.on('SIGTERM', () => {
      say('heard');
      clearTimeout(held);
    });
    span();
    process.kill(process.pid, 'SIGTERM');
    say('lives on');
  },
  'kill itself by 0, and with nonsense': () => {
    span();
    say(process.kill(process.pid, 0), process.kill.length, process.kill.name);
    process.kill(process.pid, 'SIGNONE');
  },
  'beforeExit, heard once': () => {
    span();
    let times = 0;
    process.on('beforeExit', (code) => say('beforeExit', code, ++times, process.listenerCount('beforeExit')));
  },
  'beforeExit again and again': () => {
    let rounds = 3;
    process.on('beforeExit', () => {
      say('round', rounds);
      span('round');
      if (--rounds > 0) setTimeout(() => {}, 1);
      else span();
    });
  },
  'as many listeners as Node allows': () => {
    span();
    setTimeout(() => {
      for (const event of ['exit', 'beforeExit', 'SIGTERM', 'SIGINT']) {
        times(10, () => process.on(event, () => {}));
        if (event !== 'exit') say(event, process.listenerCount(event));
      }
      setTimeout(() => process.exit(), 5);
    }, 5);
  },
  'one listener more': () => {
    span();
    times(11, () => process.on('exit', () => {}));
    setTimeout(() => times(11, () => process.on('SIGTERM', () => {})), 5);
    setTimeout(() => process.exit(), 10);
  },
  'all listeners of exit removed': () => {
    process.removeAllListeners('exit');
    setTimeout(() => {
      process.removeAllListeners('exit');
      setTimeout(span, 1);
    }, 1);
  },
  'open at exit': () => {
    tracer.startSpan(way);
    process.exit(0);
  },
  'open at an exception': () => {
    const http = require('node:http');
    const server = http.createServer(() => {
      throw new Error('a request that kills');
    });
    server.listen(0, '127.0.0.1', () => {
      const ask = `require('net').connect(${server.address().port}).write('GET /kills HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n')`;
      spawn(process.execPath, ['-e', `${ask}; setTimeout(() => {}, 20000).unref()`], { env: {} });
    });
  },
  'open at SIGTERM': () => {
    tracer.startSpan(way);
    hold();
    receive('SIGTERM');
  },
  'worker ends': () => worker(),
  'worker exits': () => worker('process.exit(7)'),
  'worker throws': () => worker('throw new Error("thrown in a worker")'),
  'worker does not handle': () => worker('Promise.reject(new Error("rejected in a worker"))'),
  'worker is terminated': () => worker('setInterval(() => parentPort.postMessage("now"), 500)', true),
  'cluster is disconnected': () => {
    const cluster = require('node:cluster');
    if (cluster.isPrimary) {
      span('first');
      const child = cluster.fork();
      child.on('online', () => child.disconnect());
      child.on('exit', (code, signal) => say('child', code, signal));
    } else span();
  },
  'forked child is disconnected': () => {
    if (process.send === undefined) {
      const child = require('node:child_process').fork(__filename, [way]);
      child.on('message', () => child.disconnect());
      child.on('exit', (code, signal) => say('child', code, signal));
    } else {
      process.on('disconnect', () => say('disconnected'));
      span();
      process.send('ready');
    }
  },
};

function worker(then = '', terminated = false) {
  const { Worker } = require('node:worker_threads');
  const code = `
    const { parentPort } = require('node:worker_threads');
    const { trace } = require(${JSON.stringify(require.resolve('@opentelemetry/api'))});
    trace.getTracer('worker').startSpan(${JSON.stringify(way)}).end();
    ${then}`;
  const thread = new Worker(code, { eval: true });
  thread.on('message', () => terminated && thread.terminate());
  thread.on('error', (error) => say('error', error.message));
  thread.on('exit', (status) => say('worker', status));
}

if (way === undefined) module.exports = Object.keys(ways);
else ways[way]();
