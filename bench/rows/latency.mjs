// The row p99: how long requests take at a pace that bare can keep up well, bare and under ours.
import { closedLoop, connections, openLoop } from '../load.mjs';
import { Probe } from '../probe.mjs';
import { Measured } from '../processes.mjs';
import { calm } from '../statistics.mjs';
import { CONNECTIONS, checkCounted, turned } from './servers.mjs';

/** Of what bare serves in a second. */
const SHARE = 0.6;
/** Seconds of each turn that aren't counted: what comes first after the other's turn is slow, and a queue builds up. */
const WARM = 0.5;

/** Of bare and ours: most peers can't serve so many requests at all, and would be measured for how long they queue. */
export async function measureLatency({ subjects, exchanges, warm, seconds, rounds, ...rest }) {
  const servers = [];
  const probe = new Probe();
  try {
    for (const subject of subjects) {
      const server = await Measured.start({ ...rest, subject, sinkName: `latency ${subject.name}` });
      servers.push({
        server,
        subject,
        open: await connections(server.port, CONNECTIONS),
        p99: [],
        probes: [],
      });
    }
    // The first loads run the code hot.
    for (const each of servers) await closedLoop(each.open, exchanges, warm);
    const rate = SHARE * (await closedLoop(servers[0].open, exchanges, warm));
    let asked = warm;
    for (let round = 0; round < rounds; round++) {
      asked += Math.round(rate * WARM) + Math.round(rate * seconds);
      for (const { open, p99, probes } of turned(servers, round)) {
        const before = await probe.ask();
        await openLoop(open, exchanges, rate, WARM);
        const latencies = await openLoop(open, exchanges, rate, seconds);
        p99.push(latencies[Math.floor(latencies.length * 0.99)]);
        probes.push(before + (await probe.ask()));
      }
    }
    for (const { server, subject } of servers) {
      const { health } = await server.state();
      if (health === undefined) continue;
      // A request has one span at least.
      checkCounted(health, asked, await rest.sinks.until(server.sink, health.ended, subject.quiet));
    }
    const rows = servers.map(({ subject, p99, probes }) => ({
      subject: subject.name,
      rate,
      rounds: p99,
      probes,
      p99: calm({ rounds: p99, probes }),
    }));
    return rows.map((row) => ({ ...row, over: row.p99 / rows[0].p99 - 1 }));
  } finally {
    probe.close();
    for (const { open } of servers) for (const each of open) each.close();
    await Promise.all(servers.map(({ server }) => server.stop()));
  }
}
