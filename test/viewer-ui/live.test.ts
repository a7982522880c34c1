/** Guards what only our own viewer can show: traces as they arrive, who sends, what is lost, and files taken in. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { idOf, puzzle, traceOf } from './given-traces';
import { startOwnViewer } from './own-viewer';
import { item, pageTests, rowsAre } from './page-test';
import { sendBatch } from './send-batch';

const pageTest = pageTests(
  () => startOwnViewer({ products: ['mug'], traces: [puzzle] }),
  'postgres',
  'redis',
);
const folder = mkdtempSync(join(tmpdir(), 'viewer-ui-'));
after(() => rmSync(folder, { recursive: true }));

const server = { id: 'a', process: 'late', name: 'GET /late', at: 0, takes: 50_000 };
const query = { id: 'b', parent: 'a', process: 'late', name: 'SELECT late', at: 1000, takes: 9000 };

pageTest(
  'a new trace appears in the list by itself, and only where it matches',
  'search',
  async (page, stage) => {
    await page.getByText('GET /cart').first().waitFor();
    const other = await page.context().newPage();
    await other.goto(`${stage.url}/search?q=service%3Dmailer`);
    await other.getByRole('heading', { name: '1 trace', exact: true }).waitFor();
    await stage.give(traceOf('b1'.padStart(32, '0'), [server]));
    await page.getByRole('link', { name: 'late: GET /late' }).waitFor();
    await stage.give(traceOf('b2'.padStart(32, '0'), [{ ...server, process: 'mailer', name: 'SEND /mail' }]));
    await other.getByRole('link', { name: 'mailer: SEND /mail' }).waitFor();
    assert.equal(await other.getByRole('link', { name: 'late: GET /late' }).count(), 0);
  },
);

pageTest(
  'a trace that is waited for appears, and grows as its spans arrive',
  `trace/${'b3'.padStart(32, '0')}`,
  async (page, stage) => {
    const id = 'b3'.padStart(32, '0');
    await page.getByText('have not arrived').waitFor();
    await stage.give(traceOf(id, [query]));
    await item(page, 'late', 'SELECT late').waitFor();
    await page.getByText(/names the parent 0*a\b/).waitFor();
    await item(page, 'late', 'SELECT late').click();
    await stage.give(traceOf(id, [server]));
    await item(page, 'late', 'GET /late').waitFor();
    await rowsAre(page, 2);
    // What was selected stays so, and what was missing is forgotten.
    await page
      .getByRole('region', { name: 'Details of the span' })
      .getByRole('heading', { name: 'SELECT late' })
      .waitFor();
    await page.getByText(/names the parent/).waitFor({ state: 'detached' });
  },
);

pageTest('the agents of the shop and their health', 'agents', async (page) => {
  const table = page.getByRole('region', { name: 'Processes that send' });
  for (const service of ['shop', 'stock'])
    await table.getByRole('row', { name: new RegExp(`^${service} .* udp-compact `) }).waitFor();
  await page.getByText('No loss').waitFor();
  await page.getByText(/spans in \d+ traces/).waitFor();
});

pageTest(
  'loss is made visible: batches that never came, spans an agent dropped, packets that were none',
  'agents',
  async (page, stage) => {
    await page.getByText('No loss').waitFor();
    await sendBatch(stage.agentPort, { service: 'lossy', seqNo: 1 });
    await sendBatch(stage.agentPort, { service: 'lossy', seqNo: 4, dropped: 7 });
    await sendBatch(stage.agentPort, 'no batch at all');
    // Without a reload.
    const notice = page.getByRole('alert');
    await notice.getByText('2 batches lost on the way').waitFor();
    await notice.getByText(/7 spans dropped by lossy/).waitFor();
    await notice.getByText('1 packets or bodies that were no batch').waitFor();
    await page.getByRole('region', { name: 'What was refused' }).getByRole('row').nth(1).waitFor();
    // Whoever reads traces is told, too.
    await page.getByRole('link', { name: 'Traces', exact: true }).click();
    await page.getByRole('link', { name: /Spans were lost/ }).click();
    await page.waitForURL(/agents/);
  },
);

pageTest(
  'a file of Jaeger’s JSON is imported, and its traces are linked whatever their age',
  'search',
  async (page) => {
    const old = { ...traceOf('b4'.padStart(32, '0'), [{ ...server, name: 'GET /old', at: -9e11 }]) };
    writeFileSync(join(folder, 'old.json'), JSON.stringify({ data: [old] }));
    writeFileSync(join(folder, 'broken.json'), '{"data": [');
    writeFileSync(
      join(folder, 'half.json'),
      JSON.stringify([{ nothing: true }, { ...old, spans: [...old.spans, { spanID: 'x' }] }]),
    );
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Import' }).click(),
    ]);
    await chooser.setFiles(['old.json', 'broken.json', 'half.json'].map((name) => join(folder, name)));
    const result = page.getByRole('region', { name: 'Imported files' });
    await result.getByText('1 trace with 1 span from old.json').waitFor();
    await result.getByText('Nothing was read from broken.json').waitFor();
    await result.getByText(/no JSON: .*/).waitFor();
    await result
      .getByText(/Left out of trace 1/)
      .first()
      .waitFor();
    await result.getByRole('link').first().click();
    await item(page, 'late', 'GET /old').waitFor();
    await result.getByRole('button', { name: 'Close' }).click();
    await result.waitFor({ state: 'detached' });
  },
);

pageTest('OTLP JSON and lines of JSON are imported', 'search', async (page) => {
  const lined = (id: string, name: string) =>
    JSON.stringify(traceOf(id.padStart(32, '0'), [{ ...server, process: 'lines', name }]));
  const attribute = { key: 'service.name', value: { stringValue: 'lines' } };
  const nanoseconds = (milliseconds: number) => `${Date.now() - milliseconds}000000`;
  const otlp = JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [attribute] },
        scopeSpans: [
          {
            spans: [
              {
                traceId: 'c3'.padStart(32, '0'),
                spanId: 'c3'.padStart(16, '0'),
                name: 'GET /otlp',
                startTimeUnixNano: nanoseconds(2000),
                endTimeUnixNano: nanoseconds(1000),
              },
            ],
          },
        ],
      },
    ],
  });
  writeFileSync(
    join(folder, 'lines.jsonl'),
    [lined('c1', 'GET /first'), lined('c2', 'GET /second'), otlp].join('\n'),
  );
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Import' }).click(),
  ]);
  await chooser.setFiles(join(folder, 'lines.jsonl'));
  await page.getByText('3 traces with 3 spans from lines.jsonl').waitFor();
  for (const name of ['first', 'second', 'otlp'])
    await page.getByRole('link', { name: `lines: GET /${name}` }).waitFor();
});

pageTest('a file is dropped on the page', 'map', async (page) => {
  const text = JSON.stringify(traceOf('b5'.padStart(32, '0'), [{ ...server, name: 'GET /dropped' }]));
  const transfer = await page.evaluateHandle(
    `{ const data = new DataTransfer(); data.items.add(new File([${JSON.stringify(text)}], 'dropped.json')); data }`,
  );
  await page.dispatchEvent('main', 'dragover', { dataTransfer: transfer });
  await page.getByText('Drop a file of traces').waitFor();
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
  await page.getByText('1 trace with 1 span from dropped.json').waitFor();
  await page.getByText('Drop a file of traces').waitFor({ state: 'detached' });
});

pageTest(
  'the service map has rates, errors and latencies, and leads to operations and their traces',
  'map',
  async (page) => {
    await page.getByRole('button', { name: /^stock/ }).waitFor();
    await page.getByRole('button', { name: /^web/ }).click();
    await page.getByLabel('How far from the chosen service').selectOption('1');
    await page.getByRole('button', { name: /^shop/ }).waitFor({ state: 'detached' });
    await page.getByLabel('How far from the chosen service').selectOption('0');
    // One call in the hour, which failed; the address takes the time along.
    const calls = page.getByRole('region', { name: 'Calls between services' });
    await calls.getByRole('row', { name: 'web stock 1 1/h 100 % 10ms 10ms' }).waitFor();
    await page.locator('.map-label', { hasText: '1/h, 100 % failed' }).first().waitFor();
    await page.getByLabel('Time', { exact: true }).selectOption('6h');
    await calls.getByRole('row', { name: 'web stock 1 0.167/h 100 % 10ms 10ms' }).waitFor();
    await calls.getByRole('row', { name: 'web stock' }).getByRole('link', { name: '100 %' }).click();
    await page.getByRole('link', { name: 'web: GET /cart' }).waitFor();
    assert.match(page.url(), /service=stock&lookback=6h&q=trace\.service%3Dweb&errors=1/);
    await page.goBack();
    await page.getByRole('button', { name: /^shop/ }).click();
    const operations = page.getByRole('region', { name: 'Operations of shop' });
    await operations.getByRole('columnheader', { name: 'Impact' }).waitFor();
    await operations.getByRole('link', { name: 'GET /orders/:product' }).click();
    await page.getByRole('heading', { name: /^\d+ traces?$/ }).waitFor();
    assert.match(page.url(), /service=shop&operation=GET/);
  },
);

pageTest('the live list can be stopped', `search?q=service%3Dmailer&x=${idOf('1')}`, async (page, stage) => {
  const heading = page.getByRole('heading', { name: /^\d+ traces?$/ });
  await heading.waitFor();
  const before = await heading.textContent();
  await page.getByRole('switch', { name: 'Live' }).uncheck();
  await stage.give(traceOf('b6'.padStart(32, '0'), [{ ...server, process: 'mailer' }]));
  const other = await page.context().newPage();
  await other.goto(page.url());
  await other.locator('.trace-line').first().waitFor();
  assert.equal(await heading.textContent(), before);
});
