// CPU time for each request of a server under load: the rows `order`, `hello` and `unsampled`.
import { closedLoop, connections } from '../load.mjs';
import { Measured } from '../processes.mjs';
import { median } from '../statistics.mjs';

export const CONNECTIONS = 32;
/** Processes of each subject, one after the other: what V8 makes of the same code, and where its caches collide, differs. */
const PROCESSES = 4;
/** Loads that aren't counted: they run the code hot. */
const WARM = 3;
/** Parts of a round, all subjects' turns in each: a shared machine is slower or faster for seconds, by half as much again. */
export const SLICES = 8;

/**
 * All subjects' servers live at the same time and take turns, several in a round. A turn's CPU time is all that the process
 * took since its turn before: what it sends while others have theirs counts. At the end of a process every span arrived,
 * or nothing came any more.
 */
export async function measureServers({ subjects, rounds, ...rest }) {
  const rows = subjects.map((subject) => ({
    subject,
    cpu: [],
    perSecond: [],
    arrived: 0,
    expected: 0,
    dropped: 0,
    aRequest: undefined,
  }));
  const each = Math.ceil(rounds / PROCESSES);
  for (let from = 0; from < rounds; from += each)
    await measureProcesses(rows, { ...rest, from, to: Math.min(rounds, from + each) });
  return rows.map((row) => result(row, rows[0]));
}

/** One process of each subject. */
async function measureProcesses(
  rows,
  { name, app, exchanges, from, to, requests, sampled = true, sinks, ...rest },
) {
  const servers = [];
  try {
    for (const row of rows) {
      const { subject } = row;
      const env = sampled ? {} : subject.unsampled;
      const sinkName = `${name} ${subject.name} ${from}`;
      const server = await Measured.start({ ...rest, sinks, subject, app, env, sinkName });
      servers.push({ row, subject, server, arrived: 0, expected: 0, turns: [] });
    }
    await Promise.all(servers.map((each) => learn(each, exchanges, sampled, sinks)));
    for (let time = 0; time < WARM; time++) {
      for (const each of servers) await load(each, exchanges, requests);
      await Promise.all(servers.map((each) => settle(each, sinks)));
    }
    for (const each of servers) each.cpu = (await each.server.state()).cpu;
    for (let round = from; round < to; round++) {
      for (const each of servers) each.turns.push(0);
      for (let slice = 0; slice < SLICES; slice++) {
        for (const each of turned(servers, round + slice)) {
          each.row.perSecond.push(await load(each, exchanges, requests / SLICES));
          each.turns[each.turns.length - 1] += await taken(each);
        }
      }
    }
    for (const each of servers) {
      const { row, subject, turns } = each;
      await settle(each, sinks);
      // What was sent after the last turn, on all of them alike.
      const after = (await taken(each)) / turns.length;
      row.cpu.push(...turns.map((turn) => (turn + after) / requests));
      row.arrived += each.arrived;
      row.expected += each.expected;
      const { health } = await each.server.state();
      if (health !== undefined) row.dropped += checkCounted(health, each.expected, each.arrived);
      if (row.aRequest === 0 && each.arrived > 0)
        throw new Error(`${subject.name} sent ${each.arrived} spans though nothing was sampled`);
    }
  } finally {
    for (const { connections: open = [] } of servers) for (const each of open) each.close();
    await Promise.all(servers.map(({ server }) => server.stop()));
  }
}

/** @returns CPU time in µs since this was asked last */
async function taken(each) {
  const before = each.cpu;
  each.cpu = (await each.server.state()).cpu;
  return each.cpu - before;
}

/** @returns requests a second */
async function load(each, exchanges, requests) {
  const perSecond = await closedLoop(each.connections, exchanges, requests);
  each.expected += requests * each.row.aRequest;
  return perSecond;
}

/** Connects, and learns with the subject's first process how many spans a request makes when they all arrive. */
async function learn(each, exchanges, sampled, sinks) {
  each.connections = await connections(each.server.port, CONNECTIONS);
  const { row, subject } = each;
  if (row.aRequest !== undefined) return;
  row.aRequest = 0;
  const few = 100;
  await closedLoop(each.connections.slice(0, 1), exchanges, few);
  if (subject.sink === undefined || !sampled) return;
  const arrived = await sinks.until(each.server.sink, Number.POSITIVE_INFINITY, subject.quiet);
  row.aRequest = Math.round(arrived / few);
  each.expected = few * row.aRequest;
  if (row.aRequest === 0)
    throw new Error(`no span of ${subject.name} arrived: its row would measure nothing`);
}

async function settle(each, sinks) {
  if (each.subject.sink === undefined) return;
  each.arrived = await sinks.until(each.server.sink, each.expected, each.subject.quiet);
}

function result({ subject, cpu, perSecond, arrived, dropped, expected, aRequest }, bare) {
  return {
    subject: subject.name,
    versions: subject.versions,
    cpu: median(cpu),
    over: median(cpu.map((value, round) => value - bare.cpu[round])),
    share: median(cpu.map((value, round) => value / bare.cpu[round])) - 1,
    rounds: cpu,
    perSecond: median(perSecond),
    spansARequest: aRequest,
    arrived,
    dropped,
    expected,
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
