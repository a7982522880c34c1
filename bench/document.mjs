// The table of a run's results, and docs/benchmarks.md around it.
import { overBare, quiet, typical } from './statistics.mjs';
import { contextAlone } from './subjects.mjs';

/** As Markdown. */
export function table(results) {
  return results.nodes.map((each) => nodeTable(each, results.packages)).join('\n');
}

export function page(results) {
  const { machine } = results;
  return `# Benchmarks

Made by \`npm run bench\` on ${machine.at.slice(0, 10)}; not to be edited by hand. The raw figures are
[bench/results/published.json](../bench/results/published.json).

- Machine: ${machine.cpu}, ${machine.cores} cores, ${(machine.memory / 2 ** 30).toFixed(0)} GiB, ${machine.system}; ${machine.pinning}.
- \`bare\` is the application alone. \`ours\` is this agent. \`stock\` is OpenTelemetry's SDK with its automatic
  instrumentations and its Jaeger exporter; \`EDOT\` Elastic's distribution; \`dd-trace\` Datadog's (5.x on Node.js 20,
  where 6.x doesn't run). Each runs with its defaults and sends to a receiver on the same machine.
- \`order\` is Express 5 with a GET from Redis (ioredis) and a SELECT from PostgreSQL (pg), \`hello\` a bare http server;
  both under 32 connections. Every answer is compared with the one expected.
${turns(results.slices)}
- CPU time is that of the measured process, sending included, whenever it sends. \`arrived\` is the share of the ended spans
  that did; where spans are missing, their cost is missing too.
${results.resumed === undefined ? '' : `- The run was cut off and resumed, ${results.resumed} times; each row was measured in one piece.\n`}- RSS is the median of the second half of a minute of load, one after the other.
- A process in which an agent didn't start, or of which no span arrived, ends the run.

${table(results)}
## Again

\`\`\`sh
npm ci && npm run nodes
npm run bench             # an hour to an hour and a half; the machine should do nothing else
npm run bench -- --quick  # under 5 minutes, prints the table only
\`\`\`

It needs PostgreSQL and Redis, found as by the tests: on their standard ports, or where \`PGHOST\`, \`REDIS_HOST\` and
their like say.
`;
}

const turns = (
  slices,
) => `- All take turns. Under load each has ${slices} turns in a round, a few hundred requests each, since a machine that others use
  as well is slower or faster for seconds at a time. A figure is the median of a subject's differences from bare in the
  same round; bare's column has its median, its fastest and its slowest round, which say how quiet the machine was. Of
  starts it is the lower quartile above bare's: what others do only ever adds.`;

function nodeTable(
  { node, order, memory, latency, unsampled, hello, empty, listening, span, growth },
  packages,
) {
  const names = [order, hello, empty, listening, span, unsampled, packages, memory, latency]
    .flatMap((rows) => rows ?? [])
    .map(({ subject }) => subject)
    .filter((name, at, all) => !['bare', contextAlone.name].includes(name) && all.indexOf(name) === at);
  const lines = [];
  const line = (title, rows, bare, cell) => {
    if (rows === undefined) return;
    const cells = names.map((name) => {
      const found = rows.find(({ subject }) => subject === name);
      return found === undefined ? '–' : cell(found);
    });
    lines.push(`| ${[title, bare, ...cells].join(' | ')} |`);
  };
  const first = (rows, show) => (rows === undefined ? '' : show(rows[0]));
  // A quiet machine's rounds are alike.
  const spread = (row) =>
    `${typical(row).toFixed(0)} (${Math.min(...row.rounds).toFixed(0)}–${Math.max(...row.rounds).toFixed(0)})`;
  const over = (rows) => (row) => signed(overBare(row, rows), 1);
  line('`order`, all sampled: CPU µs/request', order, first(order, spread), over(order));
  const share = (row) => signedPercent(row.share);
  line('— of what bare takes', order, '', share);
  line('— spans a request', order, '', ({ spansARequest }) => String(spansARequest));
  line('— arrived', order, '', ({ arrived, expected }) => percent(Math.min(1, arrived / expected)));
  line(
    '— requests a second',
    order,
    first(order, (row) => row.perSecond.toFixed(0)),
    ({ perSecond }) => perSecond.toFixed(0),
  );
  line(
    '— RSS under load, MB',
    memory,
    first(memory, (row) => (row.rss / 1e6).toFixed(0)),
    (row) => signed(row.over / 1e6, 0),
  );
  line(
    "— p99 at 60 % of bare's throughput",
    latency,
    first(latency, ({ p99 }) => `${p99.toFixed(2)} ms`),
    (row) => signedPercent(row.over),
  );
  line('`order`, nothing sampled: CPU µs/request', unsampled, first(unsampled, spread), over(unsampled));
  line('— of what bare takes', unsampled, '', share);
  const context = unsampled?.find(({ subject }) => subject === contextAlone.name);
  if (context !== undefined)
    line('— of it `AsyncLocalStorage` alone', [{ ...context, subject: 'ours' }], '', (row) =>
      signed(overBare(row, unsampled), 1),
    );
  line('`hello`: CPU µs/request', hello, first(hello, spread), over(hello));
  line('— of what bare takes', hello, '', share);
  line('— arrived', hello, '', ({ arrived, expected }) => percent(Math.min(1, arrived / expected)));
  line('start of an empty script, ms', empty, first(empty, spread), over(empty));
  line('start of `order` until it listens, ms', listening, first(listening, spread), over(listening));
  line('a span of 7 attributes: CPU µs', span, '', ({ costs }) => costs[0].over.toFixed(1));
  line('— arrived', span, '', ({ arrived, expected }) => percent(arrived / expected));
  line('installed, MB', packages, '', ({ bytes }) => (bytes / 1e6).toFixed(1));
  line('— files', packages, '', ({ files }) => String(files));
  const versions = new Map();
  // The packages were weighed once, as the last Node.js takes them.
  for (const rows of [packages, order, hello, empty, span])
    for (const { subject, versions: of } of rows ?? []) versions.set(subject, of);
  const used = [...versions]
    .filter(([, of]) => Object.keys(of).length > 0)
    .map(
      ([name, of]) =>
        `${name}: ${Object.entries(of)
          .map(([each, version]) => `${each} ${version}`)
          .join(', ')}`,
    );
  return `## Node.js ${node}

| over bare | bare | ${names.join(' | ')} |
| --- | --: | ${names.map(() => '--:').join(' | ')} |
${lines.join('\n')}

${used.length > 0 ? `${used.join('; ')}.\n\n` : ''}${growth === undefined ? '' : growthTables(growth)}`;
}

function growthTables({ trace, concurrent, duration, application, modules }) {
  const parts = ['Growth of ours:\n'];
  const lines = (list, show) => `${list.map(show).join('\n')}\n`;
  if (trace !== undefined)
    parts.push(`| spans in a trace | CPU µs a span |
| --: | --: |
${lines(
  trace.find(({ subject }) => subject === 'ours').costs,
  ({ aTrace, over }) => `| ${aTrace} | ${over.toFixed(2)} |`,
)}`);
  if (concurrent !== undefined)
    parts.push(`| requests open at a time | bare, CPU µs/request | ours |
| --: | --: | --: |
${lines(concurrent, (row) => `| ${row.concurrent} | ${row.bare.toFixed(1)} | ${signed(row.over, 1)} |`)}`);
  if (duration !== undefined)
    parts.push(`| second of \`order\` under load | CPU µs/request | RSS, MB |
| --: | --: | --: |
${lines(
  duration.slices,
  (row, at, all) =>
    `| ${(((at + 1) * duration.seconds) / all.length).toFixed(0)} | ${row.cpu.toFixed(1)} | ${(row.rss / 1e6).toFixed(0)} |`,
)}`);
  const slower = (rows) => {
    const bare = quiet(rows[0].rounds);
    return `in ${bare.toFixed(0)} ms bare, and ${signedPercent(overBare(rows[1], rows) / bare)} with the agent`;
  };
  if (application !== undefined)
    parts.push(
      `An application of ${application[0].modules.toLocaleString('en')} modules (Express, pg, ioredis, OpenTelemetry's SDK) starts ${slower(application)}.\n`,
    );
  if (modules !== undefined)
    parts.push(
      `An application of 1,000 modules of two lines each, which is the hardest case, starts ${slower(modules)}.\n`,
    );
  return parts.join('\n');
}

export function signed(value, digits) {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
}

export function percent(share) {
  const value = share * 100;
  // Never 100 % where one is missing.
  return `${value === 100 ? '100' : Math.min(99.9, value).toFixed(1)} %`;
}

function signedPercent(share) {
  return `${signed(share * 100, 1)} %`;
}
