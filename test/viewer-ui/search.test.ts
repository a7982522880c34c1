/** Guards the list of traces as a person uses it, over our own viewer: finding, completing, picking, exporting. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { orphan, puzzle } from './given-traces';
import { startOwnViewer } from './own-viewer';
import { pageTests, rowsAre } from './page-test';

const pageTest = pageTests(
  () =>
    startOwnViewer({
      products: ['mug', 'mug', 'shirt', 'teapot', 'unicorn', 'mug'],
      traces: [puzzle, orphan],
    }),
  'postgres',
  'redis',
);

const lines = (page: Page) => page.locator('.trace-line');
const counts = (page: Page, count: number) =>
  page.getByRole('heading', { name: `${count} trace${count === 1 ? '' : 's'}`, exact: true }).waitFor();
const search = (page: Page) => page.getByRole('button', { name: 'Search', exact: true }).click();
const link = (query: string) => `search?${new URLSearchParams({ q: query })}`;

pageTest('all services are searched at first, newest first', 'search', async (page) => {
  await counts(page, 8);
  assert.equal(await lines(page).count(), 8);
  assert.match((await lines(page).last().textContent()) ?? '', /GET \/cart|without|GET \/stock/);
});

pageTest(
  'service, operation, duration and errors narrow the list, and the address keeps them',
  'search',
  async (page) => {
    await counts(page, 8);
    await page.getByRole('combobox', { name: 'Service' }).fill('shop');
    await page.getByRole('option', { name: 'shop' }).click();
    await page.getByRole('combobox', { name: 'Operation' }).fill('GET /orders/:product');
    await search(page);
    await counts(page, 6);
    await page.getByLabel('Only with errors').check();
    await search(page);
    // The teapot: the shop answers 502.
    await counts(page, 1);
    assert.match(page.url(), /service=shop&operation=GET.*errors=1/);
    await page.reload();
    await counts(page, 1);
    assert.equal(await page.getByLabel('Only with errors').isChecked(), true);
    await page.goto(page.url().replace(/\?.*/, '?minDuration=29s'));
    await counts(page, 0);
    await page.getByText('Nothing matches in this time').waitFor();
  },
);

for (const [query, count] of [
  ['service=stock OR service=mailer', 7],
  ['NOT service=shop AND NOT service=stock', 1],
  ['operation="GET /*" kind=server -service=shop', 2],
  ['trace.duration>20s', 1],
  ['db.query.text~CURRENCY', 1],
  ['http.response.status_code>=500 service=shop', 1],
] as const) {
  pageTest(`the query ${query} finds ${count} over all services`, link(query), async (page) => {
    await counts(page, count);
  });
}

pageTest('a wrong query is said at its place', link('service='), async (page) => {
  await page.getByText('a value after service= is missing at the end (at character 9)').waitFor();
});

pageTest('fields, tags and values are completed from what has arrived', 'search', async (page) => {
  const input = page.getByRole('combobox', { name: 'Query' });
  await input.fill('db.query.s');
  await page.getByRole('option', { name: 'db.query.summary=' }).click();
  await page.getByRole('option', { name: /SELECT prices/ }).click();
  assert.equal(await input.inputValue(), 'db.query.summary="SELECT prices"');
  await input.fill('NOT serv');
  await page.getByRole('option', { name: 'service=', exact: true }).click();
  await page.getByRole('option', { name: 'mailer', exact: true }).click();
  assert.equal(await input.inputValue(), 'NOT service=mailer');
  await page.keyboard.press('Escape');
  await search(page);
  await counts(page, 8);
});

pageTest(
  'what a search found is marked in the trace',
  link('service=mailer OR service=stock error=true'),
  async (page) => {
    await page.getByRole('link', { name: 'web: GET /cart' }).click();
    await page.getByText('1 of 2 matches').waitFor();
    assert.equal(await page.locator('.row[data-matched]').count(), 2);
  },
);

pageTest('the order, chosen tags as columns, and the scatter plot', 'search', async (page) => {
  await counts(page, 8);
  await page.getByLabel('Order', { exact: true }).selectOption('duration');
  await page.waitForURL(/sort=duration/);
  await page.locator('.trace-list > li:first-child', { hasText: 'GET /cart' }).waitFor();
  await page.getByLabel('Tags shown as columns').fill('http.response.status_code');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await page
    .getByText('http.response.status_code=502')
    .or(page.getByText('http.response.status_code=502, 500'))
    .first()
    .waitFor();
  await page.getByRole('img', { name: 'Durations of 8 traces over time' }).waitFor();
});

pageTest('a point of the scatter plot opens its trace', link('trace.duration>20s'), async (page) => {
  const plot = page.locator('.scatter .u-over');
  await plot.waitFor();
  // One trace only: its point is in the middle of the plot's width.
  const { width, height } = (await plot.boundingBox())!;
  for (let y = 4; y < height && !page.url().includes('/trace/'); y += 4)
    await plot.click({ position: { x: width / 2, y } });
  await page.getByRole('tree').waitFor();
});

pageTest(
  'a trace is looked up by its id, and by a whole traceparent or uber-trace-id',
  'map',
  async (page) => {
    const field = page.getByLabel('Look up a trace by its id');
    for (const text of [
      puzzle.traceID,
      `00-${puzzle.traceID}-00000000000000a1-01`,
      `${puzzle.traceID}:a1:0:1`,
    ]) {
      await field.fill(text);
      await field.press('Enter');
      await page.waitForURL(new RegExp(`/trace/${puzzle.traceID}$`));
      await rowsAre(page, 5);
      await page.getByRole('link', { name: 'Service map' }).click();
    }
  },
);

/** What an item of the menu “More” downloads. */
async function exported(page: Page, item: string): Promise<any> {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: item }).click(),
  ]);
  return JSON.parse(readFileSync(await download.path(), 'utf8'));
}

pageTest('what is found, and one trace, are exported as OTLP JSON', link('service=mailer'), async (page) => {
  const names = ({ resourceSpans }: any): string[] =>
    resourceSpans.flatMap(({ scopeSpans }: any) =>
      scopeSpans.flatMap(({ spans }: any) => spans.map(({ name }: any) => name)),
    );
  const found = names(await exported(page, 'Export as OTLP JSON'));
  assert.equal(found.length, 13);
  assert.ok(found.includes('process orders'));
  await page.getByRole('link', { name: 'web: GET /cart' }).click();
  await page.getByRole('tree').waitFor();
  assert.deepEqual(names(await exported(page, 'Download as OTLP JSON')).sort(), found.sort());
});

pageTest(
  'times are written as here or in UTC, and the choice is kept',
  link('service=mailer'),
  async (page) => {
    const time = page.locator('.trace-line time');
    const moment = new Date((await time.getAttribute('datetime'))!);
    const clock = (timeZone: string) => moment.toLocaleTimeString('en-GB', { timeZone });
    assert.equal(await time.textContent(), clock('Europe/Berlin'));
    await page.getByRole('button', { name: 'Local time; switch to UTC' }).click();
    await page.getByText(`${clock('UTC')} UTC`).waitFor();
    await page.reload();
    await page.getByText(`${clock('UTC')} UTC`).waitFor();
    await page.getByLabel('Time', { exact: true }).selectOption('custom');
    await page.getByLabel('From (UTC)').fill('2020-01-01T00:00');
    await page.getByLabel('To (UTC)').fill('2020-01-02T00:00');
    await search(page);
    await counts(page, 0);
    assert.match(page.url(), new RegExp(`start=${Date.UTC(2020, 0, 1)}000&end=${Date.UTC(2020, 0, 2)}000`));
    await page.getByRole('button', { name: 'UTC time; switch to local time' }).click();
    await page.getByLabel('From', { exact: true }).waitFor();
    assert.match(await page.getByLabel('From', { exact: true }).inputValue(), /^2020-01-01T01:00/);
  },
);

pageTest('the search is exported as a file of Jaeger’s JSON', link('service=mailer'), async (page) => {
  const { data } = await exported(page, 'Export as Jaeger’s JSON');
  assert.deepEqual(
    data.map((each: { traceID: string; spans: unknown[] }) => [each.traceID, each.spans.length]),
    [[puzzle.traceID, 13]],
  );
});

pageTest(
  'two traces are picked in the list and compared',
  link('operation="GET /orders/:product"'),
  async (page) => {
    const ticks = page.getByRole('checkbox', { name: /^Pick shop/ });
    await ticks.nth(0).check();
    await ticks.nth(1).check();
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    const region = page.getByRole('region', { name: 'Comparison' });
    await region.getByText('GET /orders/:product').first().waitFor();
    await page.getByLabel('Only what only one has').check();
    // The last two are the mug, cached, and the unicorn, which there isn't.
    await region.getByText('only in A').first().waitFor();
  },
);

pageTest('tags, a custom time and the number of traces are part of the search', 'search', async (page) => {
  await page.getByLabel('Tags', { exact: true }).fill('http.request.method=GET url.scheme=http');
  await page.getByLabel('At most', { exact: true }).selectOption('50');
  await page.getByLabel('Time', { exact: true }).selectOption('custom');
  await page.getByLabel('From', { exact: true }).fill('2020-01-01T00:00');
  await page.getByLabel('To', { exact: true }).fill('2020-01-02T00:00');
  await search(page);
  await counts(page, 0);
  assert.match(page.url(), /tags=http\.request\.method.*limit=50.*start=\d{16}&end=\d{16}/);
  await page.getByLabel('Time', { exact: true }).selectOption('2d');
  await search(page);
  await counts(page, 6);
});
