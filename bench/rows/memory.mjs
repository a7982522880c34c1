// What an application's process holds once load has gone on: the row `memory`.
import { closedLoop, connections } from '../load.mjs';
import { Measured } from '../processes.mjs';
import { median } from '../statistics.mjs';
import { CONNECTIONS, checkCounted } from './servers.mjs';

/** Requests between two looks. */
const PIECE = 1_000;

/**
 * Resident memory in bytes, the median of what is seen in the second half of so many seconds of load, one subject after
 * the other. V8 doubles its space for new objects each time that what survived there since it did so last exceeds that
 * space: bare gets there as well, only later, and after a short load one has done it and the other not.
 */
export async function measureMemory({ subjects, ...rest }) {
  const rows = [];
  for (const subject of subjects) rows.push(await measureOne({ ...rest, subject }));
  return rows.map((row) => ({ ...row, over: row.rss - rows[0].rss }));
}

async function measureOne({ subject, exchanges, seconds, sinks, ...rest }) {
  const server = await Measured.start({ ...rest, sinks, subject, sinkName: `memory ${subject.name}` });
  const open = await connections(server.port, CONNECTIONS);
  try {
    const begun = performance.now();
    const seen = [];
    let requests = 0;
    for (let now = begun; now - begun < seconds * 1e3; now = performance.now()) {
      await closedLoop(open, exchanges, PIECE);
      requests += PIECE;
      seen.push({ at: performance.now() - begun, rss: (await server.state()).rss });
    }
    const half = seen.filter(({ at }) => at >= seconds * 500).map(({ rss }) => rss);
    const { health } = await server.state();
    if (health !== undefined) {
      const arrived = await sinks.until(server.sink, health.ended, subject.quiet);
      checkCounted((await server.state()).health, health.ended, arrived);
    }
    return {
      subject: subject.name,
      requests,
      rss: median(half),
      least: Math.min(...half),
      most: Math.max(...half),
    };
  } finally {
    for (const each of open) each.close();
    await server.stop();
  }
}
