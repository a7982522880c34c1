/**
 * Posts what is left while the process ends, when no event loop runs any more: from a thread that has one of its own,
 * for which this one stands still. Last station of a span's way: HTTP only, since a UDP socket sends at once.
 *
 * Made inside an `exit` handler, a thread starts and posts in 20 to 30 ms, and the exit code stays.
 */
import type { OutgoingHttpHeaders } from 'node:http';

interface ExitPost {
  readonly url: string;
  readonly headers: OutgoingHttpHeaders;
  /** For https. */
  readonly tls: { readonly ca?: unknown; readonly cert?: unknown; readonly key?: unknown };
  readonly bodies: readonly Uint8Array[];
  /** The longest that the thread stands still, in milliseconds. */
  readonly limit: number;
}

/**
 * The thread's program. Text, since the agent's files are not modules of their own once they are bundled. Of the shared
 * state, the first number says that all are over, the others what was answered to each.
 */
const PROGRAM = `
const { url, headers, tls, bodies, state } = require('node:worker_threads').workerData;
const http = require(/^https:/i.test(url) ? 'node:https' : 'node:http');
const agent = new http.Agent({ keepAlive: true, maxSockets: 4, ...tls });
const answers = new Int32Array(state);
let left = bodies.length;
bodies.forEach((body, index) => {
  const end = (status) => {
    if (answers[index + 1] !== 0) return;
    answers[index + 1] = status;
    if (--left > 0) return;
    Atomics.store(answers, 0, 1);
    Atomics.notify(answers, 0);
  };
  const options = { method: 'POST', agent, headers: { ...headers, 'content-length': body.length } };
  const request = http.request(url, options, (response) => {
    response.resume();
    end(response.statusCode);
  });
  request.on('error', () => end(-1));
  request.end(body);
});
`;

/** @returns for each body whether the collector took it; none in time, or no thread to be had, is no */
export function postAtExit({ url, headers, tls, bodies, limit }: ExitPost): boolean[] {
  const nothing = bodies.map(() => false);
  if (bodies.length === 0 || limit <= 0) return nothing;
  const answers = new Int32Array(new SharedArrayBuffer(4 * (bodies.length + 1)));
  try {
    const { Worker } = require('node:worker_threads') as typeof import('node:worker_threads');
    // Copies of what is theirs: a body's buffer may be much larger, and cloning takes it whole.
    const copies = bodies.map((body) => new Uint8Array(body));
    const worker = new Worker(PROGRAM, {
      eval: true,
      workerData: { url, headers, tls, bodies: copies, state: answers.buffer },
      transferList: copies.map(({ buffer }) => buffer),
      // Neither the application's preloads nor the agent, which NODE_OPTIONS may name.
      execArgv: [],
      env: {},
    });
    worker.unref();
    worker.on('error', () => {});
  } catch {
    // No more threads, or none allowed (Node's permissions).
    return nothing;
  }
  Atomics.wait(answers, 0, 0, limit);
  return nothing.map((_, index) => answers[index + 1]! >= 200 && answers[index + 1]! < 300);
}
