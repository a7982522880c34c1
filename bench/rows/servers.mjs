// CPU time for each request and memory of a server under load: the rows `order`, `hello` and `unsampled`.
import { closedLoop, connections } from '../load.mjs';
import { Measured } from '../processes.mjs';
import { median } from '../statistics.mjs';

const CONNECTIONS = 32;

/**
 * All subjects' servers live at the same time and take turns, round by round. A turn is over when every span arrived, or
 * nothing came any more: sending is part of the cost.
 */
export async function measureServers({
  name,
  app,
  subjects,
  exchanges,
  rounds,
  requests,
  sampled = true,
  ...rest
}) {
  const servers = [];
  try {
    for (const subject of subjects) {
      const env = sampled ? {} : subject.unsampled;
      const server = await Measured.start({
        ...rest,
        subject,
        app,
        env,
        sinkName: `${name} ${subject.name}`,
      });
      servers.push({
        server,
        subject,
        cpu: [],
        perSecond: [],
        arrived: 0,
        expected: 0,
        aRequest: 0,
      });
    }
    await Promise.all(servers.map((each) => learn(each, exchanges, sampled, rest.sinks)));
    // The first loads run the code hot.
    for (const each of servers) {
      await closedLoop(each.connections, exchanges, requests);
      each.expected += requests * each.aRequest;
    }
    await Promise.all(servers.map((each) => settle(each, rest.sinks)));
    for (let round = 0; round < rounds; round++) {
      for (const each of turned(servers, round)) {
        const before = (await each.server.state()).cpu;
        each.perSecond.push(await closedLoop(each.connections, exchanges, requests));
        each.expected += requests * each.aRequest;
        // At once, before V8 uses the pause to shrink the heap, which under load it never would.
        await settle(each, rest.sinks);
        each.cpu.push(((await each.server.state()).cpu - before) / requests);
      }
    }
    for (const each of servers) each.rss = (await each.server.state()).rss;
    return await Promise.all(servers.map((each) => result(each, servers[0])));
  } finally {
    for (const { connections: open = [] } of servers) for (const each of open) each.close();
    await Promise.all(servers.map(({ server }) => server.stop()));
  }
}

/** Learns how many spans a request makes when they all arrive. */
async function learn(each, exchanges, sampled, sinks) {
  each.connections = await connections(each.server.port, CONNECTIONS);
  const few = 100;
  await closedLoop(each.connections.slice(0, 1), exchanges, few);
  if (each.subject.sink === undefined || !sampled) return;
  const arrived = await sinks.until(each.server.sink, Number.POSITIVE_INFINITY, each.subject.quiet);
  each.aRequest = Math.round(arrived / few);
  each.expected = few * each.aRequest;
  if (each.aRequest === 0)
    throw new Error(`no span of ${each.subject.name} arrived: its row would measure nothing`);
}

async function settle(each, sinks) {
  if (each.subject.sink === undefined) return;
  each.arrived = await sinks.until(each.server.sink, each.expected, each.subject.quiet);
}

async function result({ server, subject, cpu, perSecond, arrived, expected, aRequest, rss }, bare) {
  const { health } = await server.state();
  const dropped = health === undefined ? 0 : checkCounted(health, expected, arrived);
  if (aRequest === 0 && arrived > 0)
    throw new Error(`${subject.name} sent ${arrived} spans though nothing was sampled`);
  return {
    subject: subject.name,
    versions: subject.versions,
    cpu: median(cpu),
    over: median(cpu.map((value, round) => value - bare.cpu[round])),
    rounds: cpu,
    perSecond: median(perSecond),
    spansARequest: aRequest,
    arrived,
    dropped,
    expected,
    rss,
    rssOver: rss - bare.rss,
  };
}

/** What ours lost it has counted; a span that is neither received nor counted is a fault. @returns the lost ones */
export function checkCounted(health, expected, arrived) {
  const dropped = Object.entries(health)
    .filter(([key]) => key.startsWith('dropped'))
    .reduce((sum, [, value]) => sum + value, 0);
  if (health.ended < expected || arrived + dropped !== health.ended)
    throw new Error(`of ${expected} spans ${arrived} arrived: ${JSON.stringify(health)}`);
  return dropped;
}

/** Another one goes first in each round. */
export function turned(list, round) {
  const at = round % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}
