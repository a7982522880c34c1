// Whether a request costs more among many, or after a while: bare and ours.
import { closedLoop, connections, exchange } from '../load.mjs';
import { Measured } from '../processes.mjs';
import { median } from '../statistics.mjs';
import { CONNECTIONS, turned } from './servers.mjs';

/** CPU time for each request over bare, with so many open at the same time. */
export async function measureConcurrency({ subjects, rounds, counts, requests, ...rest }) {
  const exchanges = [exchange('/', 'hello')];
  const rows = [];
  const load = async (each, open, requests) => {
    await closedLoop(open, exchanges, requests);
    if (each.server.subject.sink === undefined) return;
    each.expected += requests;
    await arrive(each, rest.sinks);
  };
  for (const count of counts) {
    const servers = [];
    try {
      for (const subject of subjects) {
        const name = `${count} ${subject.name}`;
        // As many requests a second, however many are open.
        const task = { delay: count / 5 };
        const server = await Measured.start({ ...rest, subject, app: 'late', sinkName: name, task });
        servers.push({ server, cpu: [], expected: 0 });
      }
      const all = Math.max(requests, count * 2);
      // The first round runs the code hot.
      for (let round = -1; round < rounds; round++) {
        for (const each of turned(servers, round + 1)) {
          // Of one subject at a time, since a system's usual limit of open files is 20,000 or less.
          const open = await connections(each.server.port, count);
          // What a connection's first requests cost would be a larger part of all the more connections there are.
          await load(each, open, count * 2);
          const before = (await each.server.state()).cpu;
          await load(each, open, all);
          if (round >= 0) each.cpu.push(((await each.server.state()).cpu - before) / all);
          for (const connection of open) connection.close();
        }
      }
      const [bare, ours] = servers;
      rows.push({
        concurrent: count,
        bare: median(bare.cpu),
        over: median(ours.cpu.map((value, round) => value - bare.cpu[round])),
      });
    } finally {
      await Promise.all(servers.map(({ server }) => server.stop()));
    }
  }
  return rows;
}

/** Ours alone: CPU time for each request and memory, in slices of one long load. */
export async function measureDuration({ subjects, exchanges, seconds, slices, ...rest }) {
  const subject = subjects.find(({ name }) => name === 'ours');
  const server = await Measured.start({ ...rest, subject, app: 'order', sinkName: 'duration' });
  const open = await connections(server.port, CONNECTIONS);
  const rows = [];
  try {
    await closedLoop(open, exchanges, 5_000);
    for (let slice = 0; slice < slices; slice++) {
      const until = performance.now() + (seconds * 1e3) / slices;
      const before = await server.state();
      let requests = 0;
      while (performance.now() < until) {
        await closedLoop(open, exchanges, 1_000);
        requests += 1_000;
      }
      const after = await server.state();
      rows.push({ requests, cpu: (after.cpu - before.cpu) / requests, rss: after.rss });
    }
    const { health } = await server.state();
    return { seconds, slices: rows, health };
  } finally {
    for (const each of open) each.close();
    await server.stop();
  }
}

async function arrive(each, sinks) {
  const arrived = await sinks.until(each.server.sink, each.expected, each.server.subject.quiet);
  if (arrived < each.expected)
    throw new Error(`${each.expected - arrived} of ${each.expected} spans did not arrive`);
}
