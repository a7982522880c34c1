// The row p99: how long requests take at a pace that bare can keep up well, bare and under ours.
import { closedLoop, connections, openLoop } from '../load.mjs';
import { Measured } from '../processes.mjs';
import { quiet } from '../statistics.mjs';
import { CONNECTIONS, checkCounted, turned } from './servers.mjs';

/** Of what bare serves in a second. */
const SHARE = 0.6;
/** Seconds of each turn that aren't counted: what comes first after the other's turn is slow, and a queue builds up. */
const WARM = 2;

/** Of bare and ours: most peers can't serve so many requests at all, and would be measured for how long they queue. */
export async function measureLatency({ subjects, exchanges, requests, seconds, rounds, ...rest }) {
  const servers = [];
  try {
    for (const subject of subjects) {
      const server = await Measured.start({ ...rest, subject, sinkName: `latency ${subject.name}` });
      servers.push({ server, subject, open: await connections(server.port, CONNECTIONS), p99: [] });
    }
    // The first loads run the code hot.
    for (const each of servers) await closedLoop(each.open, exchanges, requests);
    const rate = SHARE * (await closedLoop(servers[0].open, exchanges, requests));
    let asked = requests;
    for (let round = 0; round < rounds; round++) {
      asked += Math.round(rate * WARM) + Math.round(rate * seconds);
      for (const { open, p99 } of turned(servers, round)) {
        await openLoop(open, exchanges, rate, WARM);
        const latencies = await openLoop(open, exchanges, rate, seconds);
        p99.push(latencies[Math.floor(latencies.length * 0.99)]);
      }
    }
    for (const { server, subject } of servers) {
      const { health } = await server.state();
      if (health === undefined) continue;
      // A request has one span at least.
      checkCounted(health, asked, await rest.sinks.until(server.sink, health.ended, subject.quiet));
    }
    return servers.map(({ subject, p99 }) => ({
      subject: subject.name,
      rate,
      rounds: p99,
      p99: quiet(p99),
      over: quiet(p99) / quiet(servers[0].p99) - 1,
    }));
  } finally {
    for (const { open } of servers) for (const each of open) each.close();
    await Promise.all(servers.map(({ server }) => server.stop()));
  }
}
