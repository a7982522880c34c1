// Load over HTTP/1.1 with kept connections, on raw sockets: cheap enough to share a core with databases and sinks.
// Every answer is compared with the one expected, byte by byte; one that differs ends the run.
import { once } from 'node:events';
import { connect } from 'node:net';

/** A request's bytes, and the body that must come back. */
export function exchange(path, body) {
  return {
    request: Buffer.from(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`),
    body: Buffer.from(body),
  };
}

/** One connection: one request at a time. */
class Connection {
  #socket;
  #expected;
  #done;
  #broken;
  #rest = Buffer.alloc(0);

  constructor(port) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (chunk) => this.#read(chunk));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('the application closed a connection')));
  }

  opened() {
    return once(this.#socket, 'connect');
  }

  ask({ request, body }) {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    this.#expected = body;
    return new Promise((resolve, reject) => {
      this.#done = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close() {
    this.#done = undefined;
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }

  #fail(error) {
    this.#broken ??= error;
    this.#done?.reject(error);
    this.#done = undefined;
  }

  #read(chunk) {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const head = bytes.indexOf('\r\n\r\n');
    const text = head < 0 ? '' : bytes.latin1Slice(0, head);
    const length = Number(/^content-length: (\d+)\r?$/im.exec(text)?.[1] ?? 0);
    if (head < 0 || bytes.length < head + 4 + length) {
      this.#rest = bytes;
      return;
    }
    this.#rest = Buffer.alloc(0);
    const right =
      text.startsWith('HTTP/1.1 200 ') &&
      bytes.length === head + 4 + length &&
      bytes.subarray(head + 4).equals(this.#expected);
    if (!right) return this.#fail(new Error(`a wrong answer: ${bytes.toString('latin1', 0, 400)}`));
    const done = this.#done;
    this.#done = undefined;
    done?.resolve();
  }
}

/** `count` kept connections, open. */
export async function connections(port, count) {
  const all = [];
  while (all.length < count) {
    const some = Array.from({ length: Math.min(500, count - all.length) }, () => new Connection(port));
    await Promise.all(some.map((each) => each.opened()));
    all.push(...some);
  }
  return all;
}

/** `requests` requests, each connection's next when its last was answered. @returns requests a second */
export async function closedLoop(all, exchanges, requests) {
  let next = 0;
  const begun = performance.now();
  await Promise.all(
    all.map(async (connection) => {
      while (next < requests) await connection.ask(exchanges[next++ % exchanges.length]);
    }),
  );
  return requests / ((performance.now() - begun) / 1e3);
}

/**
 * So many requests a second for so long, whether or not earlier ones were answered. Those of one millisecond come at
 * once: who looked more often would take the core from the databases, which share it.
 * @returns latencies in milliseconds, sorted, each from the moment in which its request came, a connection free or not
 */
export async function openLoop(all, exchanges, rate, seconds) {
  const free = [...all];
  const due = [];
  const latencies = [];
  const total = Math.round(rate * seconds);
  const begun = performance.now();
  let begunRequests = 0;
  return await new Promise((resolve, reject) => {
    const serve = () => {
      while (free.length > 0 && due.length > 0) {
        const connection = free.pop();
        const at = due.shift();
        connection.ask(exchanges[begunRequests++ % exchanges.length]).then(() => {
          latencies.push(performance.now() - at);
          free.push(connection);
          if (latencies.length === total) resolve(latencies.sort((a, b) => a - b));
          else serve();
        }, reject);
      }
    };
    let scheduled = 0;
    const tick = () => {
      const now = performance.now();
      while (scheduled < total && begun + (scheduled / rate) * 1e3 <= now) {
        due.push(now);
        scheduled++;
      }
      serve();
      if (scheduled < total) setTimeout(tick, 1);
    };
    tick();
  });
}
