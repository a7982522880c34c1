// The README's table, between `<!-- benchmarks -->` and `<!-- /benchmarks -->`: `node bench/readme.mjs` fills it from
// bench/results/published.json, as a full run of the bench does.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repository } from '../scripts/cache.mjs';
import { percent, signed } from './document.mjs';
import { overBare, typical } from './statistics.mjs';

const PLACE = /(<!-- benchmarks -->\n)[\s\S]*?(<!-- \/benchmarks -->)/;
const TITLES = { ours: 'tracing-agent', stock: 'stock OpenTelemetry' };
const published = join(repository, 'bench/results/published.json');

/** The README with its table of these results; undefined where nothing has been published yet. */
export function fillReadme(readme, results) {
  if (!PLACE.test(readme)) throw new Error('README.md has no <!-- benchmarks --> … <!-- /benchmarks -->');
  return readme.replace(PLACE, (_, open, close) => `${open}${summary(results)}${close}`);
}

/** What is published in this repository. */
export function readPublished() {
  return existsSync(published) ? JSON.parse(readFileSync(published, 'utf8')) : undefined;
}

function summary(results) {
  if (results === undefined) return 'No figures are published yet: run `npm run bench`.\n';
  const rows = results.nodes.flatMap(nodeRows);
  rows.push([
    'installed, MB (files)',
    results.packages,
    ({ bytes, files }) => `${(bytes / 1e6).toFixed(1)} (${files})`,
  ]);
  const names = rows
    .flatMap(([, of]) => of ?? [])
    .map(({ subject }) => subject)
    .filter((name, at, all) => name !== 'bare' && all.indexOf(name) === at);
  const lines = rows
    .filter(([, of]) => of !== undefined)
    .map(([title, of, show]) => {
      const cells = names.map((name) => {
        const row = of.find(({ subject }) => subject === name);
        return row === undefined ? '–' : show(row);
      });
      return `| ${[title, ...cells].join(' | ')} |`;
    });
  return `| over the application alone | ${names.map((name) => TITLES[name] ?? name).join(' | ')} |
| --- | ${names.map(() => '--:').join(' | ')} |
${lines.join('\n')}
`;
}

function nodeRows({ node, order, empty }) {
  const major = `Node.js ${node.replace(/^v(\d+).*/, '$1')}`;
  const bare = (show) => (of) => (of === undefined ? '' : show(of.find(({ subject }) => subject === 'bare')));
  const cpu = bare((row) => (row.rounds === undefined ? row.cpu : typical(row)).toFixed(0))(order);
  const start = bare((row) => (row.rounds === undefined ? row.ms : typical(row)).toFixed(0))(empty);
  return [
    [`${major}: CPU µs a request (alone: ${cpu})`, order, (row) => signed(overBare(row, order), 1)],
    [
      `${major}: spans that arrived`,
      order?.filter(({ subject }) => subject !== 'bare'),
      ({ arrived, expected }) => percent(Math.min(1, arrived / expected)),
    ],
    [
      `${major}: start of an empty script, ms (alone: ${start})`,
      empty,
      (row) => signed(overBare(row, empty), 1),
    ],
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = join(repository, 'README.md');
  writeFileSync(file, fillReadme(readFileSync(file, 'utf8'), readPublished()));
}
