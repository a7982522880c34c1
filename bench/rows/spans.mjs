// What one span of seven attributes costs from its start to its way out, and whether that grows with its trace.
import { Measured } from '../processes.mjs';
import { median } from '../statistics.mjs';
import { turned } from './servers.mjs';

/** @param aTrace lengths of traces, in spans. @returns for each subject and length the CPU time of a span in µs */
export async function measureSpans({ subjects, rounds, spans, aTrace, ...rest }) {
  const apps = [];
  try {
    for (const subject of subjects) {
      const app = await Measured.start({
        ...rest,
        subject,
        app: 'span',
        sinkName: `span ${subject.name}`,
        env: { BENCH_DATADOG: subject.packages[0] ?? '' },
      });
      apps.push({ app, subject, costs: aTrace.map(() => []), expected: 0, arrived: 0 });
    }
    // The first round of each runs the code hot.
    for (let round = -1; round < rounds; round++) {
      for (const [at, length] of aTrace.entries()) {
        const before = [];
        for (const each of turned(apps, round + 1)) {
          before.push([each, (await each.app.state()).cpu]);
          // Half of what the smallest queue holds, 2,048 spans; fewer at a time, and it is the waking up that is measured.
          await each.app.say({
            spans,
            aTrace: length,
            aTurn: Math.max(1_000, length),
            pause: Math.max(200, length / 5),
          });
          each.expected += each.subject.sink === undefined ? 0 : spans;
        }
        for (const each of apps)
          if (each.expected > 0)
            each.arrived = await rest.sinks.until(each.app.sink, each.expected, each.subject.quiet);
        for (const [each, cpu] of before)
          if (round >= 0) each.costs[at].push(((await each.app.state()).cpu - cpu) / spans);
      }
    }
    for (const { app, subject, expected, arrived } of apps) {
      if (subject.name !== 'ours' || arrived === expected) continue;
      const counters = JSON.stringify((await app.state()).health);
      throw new Error(`${expected - arrived} of ${expected} spans did not arrive: ${counters}`);
    }
    const [bare] = apps;
    return apps.map(({ subject, costs, expected, arrived }) => {
      if (subject.sink !== undefined && arrived === 0) throw new Error(`no span of ${subject.name} arrived`);
      return {
        subject: subject.name,
        versions: subject.versions,
        expected,
        arrived,
        costs: aTrace.map((length, at) => ({
          aTrace: length,
          over: median(costs[at].map((value, round) => value - bare.costs[at][round])),
        })),
      };
    });
  } finally {
    await Promise.all(apps.map(({ app }) => app.stop()));
  }
}
