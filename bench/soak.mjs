// Whether memory grows: a traced service under a steady rate, and the slope of its heap after each collection, by least
// squares. Run after a build, from anywhere: node bench/soak.mjs --seconds 1200 --rate 2000
//   --every 10 (seconds between two samples)  --bare 1 (without the agent)  --most 100 (kB a minute that pass)
// Progress goes to stderr, the result as JSON to stdout; exit code 1 where memory grows, or spans stay. The first
// quarter is for warming up. It asks at the rate where the machine keeps up, and says which rate it reached.
import { fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Of 20 requests. */
const KINDS = [
  ...Array(11).fill('plain'),
  ...Array(3).fill('spans'),
  ...Array(2).fill('fails'),
  ...Array(2).fill('calls'),
  'leaves',
  'cut',
];
/** Requests that wait for an answer at most; past it the machine doesn't keep up, and none is added. */
const MOST_OPEN = 256;
/** Milliseconds between two turns of the load. */
const TURN = 5;

const seconds = given('seconds', 1200);
const rate = given('rate', 2000);
const every = given('every', 10);
const bare = given('bare', 0) !== 0;
const most = given('most', 100);

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const receiver = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
let packets = 0;
receiver.on('message', () => packets++);
receiver.bind(0, '127.0.0.1');
await once(receiver, 'listening');

const service = fork(path('./soak/service.cjs'), {
  execArgv: ['--expose-gc', ...(bare ? [] : ['-r', path('../register.js')])],
  env: {
    ...process.env,
    TRACING_AGENT_AGENT_HOST: '127.0.0.1',
    TRACING_AGENT_AGENT_PORT: String(receiver.address().port),
    TRACING_AGENT_SAMPLER: 'always_on',
  },
});
const [{ port }] = await once(service, 'message');
const agent = new http.Agent({ keepAlive: true, maxSockets: MOST_OPEN });

let asked = 0;
let open = 0;
const begun = performance.now();
const load = setInterval(() => {
  const due = ((performance.now() - begun) / 1000) * rate;
  while (asked < due && open < MOST_OPEN) ask();
  // What couldn't be asked in time is not made up for in a burst.
  if (due - asked > rate) asked = Math.floor(due);
}, TURN);

const samples = [];
while (performance.now() - begun < seconds * 1000) {
  await delay(every * 1000);
  service.send('sample');
  const [sample] = await once(service, 'message');
  sample.at = (performance.now() - begun) / 1000;
  samples.push(sample);
  process.stderr.write(
    `${sample.at.toFixed(0)} s: ${sample.requests} requests, ${sample.spans} spans held, ` +
      `heap ${(sample.heapUsed / 1e6).toFixed(2)} MB, rss ${(sample.rss / 1e6).toFixed(0)} MB\n`,
  );
}
clearInterval(load);
while (open > 0) await delay(TURN);
// A connection that waits for its next request holds the last one's context.
agent.destroy();
await delay(1500);
service.send('sample');
const [last] = await once(service, 'message');
service.send('end');
await once(service, 'exit');
receiver.close();

const warm = samples.filter(({ at }) => at >= samples.at(-1).at / 4);
const slope = perMinute(warm, 'heapUsed');
const { ended = 0, sent = 0, faults = 0 } = last.health;
const result = {
  node: process.version,
  agent: !bare,
  seconds,
  requests: last.requests,
  perSecond: Math.round(last.requests / samples.at(-1).at),
  heapKilobytesPerMinute: slope.value,
  // Twice the standard error: where the value is within it, there is no slope to be seen.
  uncertainty: slope.uncertainty,
  rssKilobytesPerMinute: perMinute(warm, 'rss').value,
  spansHeldAtEnd: last.spans,
  ended,
  sent,
  faults,
  packets,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
// What stays at the end is what was never ended, of which the agent remembers 1,024, and what connections hold.
if (last.spans > 1_100 || slope.value - slope.uncertainty > most || faults > 0) process.exitCode = 1;

function ask() {
  asked++;
  open++;
  const done = () => {
    open--;
  };
  const kind = KINDS[asked % KINDS.length];
  http
    .get({ port, agent, path: `/${kind}/${asked % 1000}?token=${asked}` }, (response) => {
      response.on('error', () => {});
      response.resume().once('close', done);
    })
    .on('error', done);
}

/** Slope and twice its standard error, in kB a minute. */
function perMinute(from, key) {
  const n = from.length;
  const x = from.map(({ at }) => at / 60);
  const y = from.map((sample) => sample[key] / 1000);
  const mean = (values) => values.reduce((sum, each) => sum + each, 0) / n;
  const [meanX, meanY] = [mean(x), mean(y)];
  const spread = x.reduce((sum, each) => sum + (each - meanX) ** 2, 0);
  if (n < 3 || spread === 0) return { value: 0, uncertainty: 0 };
  const value = x.reduce((sum, each, i) => sum + (each - meanX) * (y[i] - meanY), 0) / spread;
  const rest = x.reduce((sum, each, i) => sum + (y[i] - meanY - value * (each - meanX)) ** 2, 0);
  const round = (number) => Math.round(number * 10) / 10;
  return { value: round(value), uncertainty: round(2 * Math.sqrt(rest / (n - 2) / spread)) };
}

function given(name, fallback) {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? fallback : Number(process.argv[index + 1]);
}
