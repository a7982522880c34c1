/** Guards the views of one trace as a person uses them: reading, keys, zoom, find, notes, deep links, copies. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { idOf, large, noted, orphan, puzzle } from './given-traces';
import { startOwnViewer } from './own-viewer';
import { item, pageTests, rows, rowsAre } from './page-test';

const pageTest = pageTests(
  () =>
    startOwnViewer({
      products: ['mug', 'teapot', 'shirt'],
      traces: [puzzle, orphan, large, noted],
      links: join(__dirname, 'links.json'),
    }),
  'postgres',
  'redis',
);
const cart = `trace/${puzzle.traceID}`;
const detailOf = (page: Page) => page.getByRole('region', { name: 'Details of the span' });
const clipboard = (page: Page) => page.evaluate<string>('navigator.clipboard.readText()');

pageTest(
  'a trace of the shop: details with tags, process and the coloured statement',
  ({ shopTrace }) => `trace/${shopTrace}`,
  async (page) => {
    await item(page, 'shop', 'GET /orders').waitFor();
    await item(page, 'stock', 'SELECT').click();
    const detail = detailOf(page);
    await detail.locator('.statement [data-kind=keyword]', { hasText: 'SELECT' }).waitFor();
    await detail.getByText('db.query.text').waitFor();
    await detail.getByText(/^Process/).click();
    await detail.getByText('telemetry.sdk.language').waitFor();
    await item(page, 'shop', 'GET\\b(?! /)').last().click();
    await detail.getByRole('button', { name: 'Copy as curl' }).click();
    assert.match(await clipboard(page), /^curl 'http:\/\/127\.0\.0\.1:\d+\/stock\/\w+' -H 'uber-trace-id: /);
    await detail.getByRole('button', { name: 'Copy as JSON' }).click();
    assert.equal(JSON.parse(await clipboard(page)).operation, 'GET');
  },
);

pageTest(
  'a Redis command of the shop is highlighted too',
  ({ shopTrace }) => `trace/${shopTrace}?uiFind=db.system.name%3Dredis`,
  async (page) => {
    await page.locator('.row[data-matched]').first().waitFor();
    await page.keyboard.press('n');
    const detail = detailOf(page);
    await detail.locator('.statement [data-kind=keyword]', { hasText: /GET|SET/ }).waitFor();
  },
);

pageTest('keys walk, close and open the tree; Escape closes the details', cart, async (page) => {
  await rowsAre(page, 5);
  await page.getByRole('tree').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowLeft');
  await rowsAre(page, 1);
  assert.match(page.url(), /collapsed=/);
  await page.keyboard.press('[');
  await rowsAre(page, 5);
  await page.keyboard.press(']');
  await rowsAre(page, 1);
  await page.keyboard.press('o');
  await rowsAre(page, 4);
  await page.keyboard.press('p');
  await rowsAre(page, 1);
  await page.keyboard.press('[');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('s');
  await page.keyboard.press('Enter');
  await detailOf(page).getByRole('heading', { name: 'GET', exact: false }).waitFor();
  await page.keyboard.press('w');
  await page.keyboard.press('Escape');
  await detailOf(page).waitFor({ state: 'detached' });
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys and queries' }).waitFor();
});

pageTest('a link holds view, zoom, collapse and selection', cart, async (page) => {
  await item(page, 'web', 'GET\\b(?! /)').click();
  await page.getByRole('tree').focus();
  await page.keyboard.press('+');
  await page.waitForURL(/zoom=/);
  await page.keyboard.press('ArrowLeft');
  await page.waitForURL(/collapsed=/);
  const url = page.url();
  await page.goto('about:blank');
  await page.goto(url);
  await rowsAre(page, 4);
  await detailOf(page).getByText("http://stock:8080/it's", { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Whole time' }).waitFor();
});

pageTest(
  'Jaeger UI’s link to a span shows it: ?uiFind=<span id>',
  `${cart}?uiFind=${idOf('d1')}`,
  async (page) => {
    await page.getByText('1 match', { exact: true }).waitFor();
    await page.keyboard.press('n');
    await detailOf(page).getByRole('heading', { name: 'process orders' }).waitFor();
  },
);

pageTest('N+1 queries, clock skew, sampling and idle time are said aloud', cart, async (page) => {
  const notes = page.getByRole('list', { name: 'Notes on this trace' });
  for (const text of [
    /9 × SELECT prices one after another/,
    /Clock skew/,
    /Why was this sampled\? .*keeps 25 % of the traces/,
  ])
    await notes.getByText(text).waitFor();
  await page.getByText('idle 29.9s').waitFor();
});

pageTest(
  'why a trace of the shop was sampled',
  ({ shopTrace }) => `trace/${shopTrace}`,
  async (page) => {
    await page.getByText(/Why was this sampled\? A rule decided: .*\/orders/).waitFor();
    await page.getByRole('button', { name: 'Show the span' }).last().click();
    await detailOf(page).getByText('sampler.type').waitFor();
  },
);

pageTest('repeated siblings are one row, which opens into its members', cart, async (page) => {
  await item(page, 'web', '9 × SELECT prices').click();
  await rowsAre(page, 14);
  assert.match(page.url(), /opened=/);
});

pageTest('one subtree alone, and back', cart, async (page) => {
  await item(page, 'web', 'GET\\b(?! /)').click();
  await page.getByRole('button', { name: 'Only this subtree' }).click();
  await rowsAre(page, 2);
  await page.getByRole('button', { name: 'Leave the subtree' }).first().click();
  await rowsAre(page, 5);
});

pageTest('a drag over the mini-map zooms, a click on it zooms out', cart, async (page) => {
  const map = page.locator('.mini-map');
  await map.waitFor();
  const { x, y, width, height } = (await map.boundingBox())!;
  await page.mouse.move(x + width * 0.1, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.4, y + height / 2, { steps: 4 });
  await page.mouse.up();
  await page.waitForURL(/zoom=/);
  await map.click({ position: { x: 5, y: 5 } });
  await page.waitForURL((url) => !url.search.includes('zoom='));
});

pageTest(
  'the switches of the view: idle time, gaps, clocks, the critical path, short spans',
  cart,
  async (page) => {
    await page.getByText('idle 29.9s').waitFor();
    assert.ok((await page.locator('.bar-path').count()) > 0, 'the critical path is marked');
    await page.getByRole('button', { name: 'View', exact: true }).click();
    await page.getByLabel('Squeeze idle time').uncheck();
    await page.getByText('idle 29.9s').waitFor({ state: 'detached' });
    await page.getByLabel('Adjust clocks').uncheck();
    await page.getByText(/Clock skew/).waitFor({ state: 'detached' });
    await page.getByLabel('Adjust clocks').check();
    await page.getByLabel('Group repeated siblings').uncheck();
    await rowsAre(page, 13);
    await page.getByLabel('Only the critical path').check();
    await page.locator('.timeline-rows > div:not(:has(> :nth-child(13)))').waitFor();
    await page.getByLabel('Only the critical path').uncheck();
    await page.getByLabel('Mark the critical path').uncheck();
    await page.locator('.bar-path').first().waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.getByLabel('Hide spans shorter than').fill('5ms');
    await rowsAre(page, 4);
    await page.getByLabel('Hide spans shorter than').fill('');
    await rowsAre(page, 13);
  },
);

pageTest('a stretch without spans below is shown as a gap', cart, async (page) => {
  await page.locator('.bar-gap').first().waitFor();
});

pageTest('a service is switched off, and what was below it stays', cart, async (page) => {
  await rowsAre(page, 5);
  await page.locator('label', { hasText: /^mailer/ }).click();
  await rowsAre(page, 4);
  assert.match(page.url(), /hide=mailer/);
});

pageTest('find marks, counts and steps, and shows only what matches', cart, async (page) => {
  await page.getByRole('tree').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('service=stock OR service=mailer');
  await page.getByText('2 matches').waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('1 of 2 matches').waitFor();
  await page.getByLabel('Only matches').check();
  await rowsAre(page, 4);
  assert.match(page.url(), /uiFind=service/);
});

pageTest('a missing parent is explained', `trace/${orphan.traceID}`, async (page) => {
  await page.getByText(/names the parent 0*ffff/).waitFor();
  await page.getByRole('heading', { name: '<trace-without-root-span>' }).waitFor();
});

pageTest('10,000 spans are scrolled with only the rows in sight', `trace/${large.traceID}`, async (page) => {
  await rows(page).first().waitFor();
  assert.ok((await rows(page).count()) < 80, 'only rows in sight');
  await page.getByRole('tree').focus();
  await page.keyboard.press('End');
  await item(page, 'service-3', 'step 9999').waitFor();
  assert.ok((await rows(page).count()) < 80, 'only rows in sight at the end');
});

pageTest('the column of names is made wider, by the mouse and by keys', cart, async (page) => {
  const handle = page.getByRole('separator', { name: 'Width of the names' });
  const width = async () => (await page.locator('.row-name').first().boundingBox())!.width;
  const before = await width();
  const { x, y } = (await handle.boundingBox())!;
  await page.mouse.move(x + 2, y + 5);
  await page.mouse.down();
  await page.mouse.move(x + 102, y + 5, { steps: 3 });
  await page.mouse.up();
  assert.ok(Math.abs((await width()) - before - 100) < 8, 'about 100 px wider');
  await handle.press('ArrowLeft');
  assert.ok((await width()) < before + 95, 'narrower again');
  await page.reload();
  await rowsAre(page, 5);
  assert.ok((await width()) > before + 50, 'kept');
});

pageTest(
  'the flame graph: a box at full width, and the way to the timeline',
  `${cart}?view=flame`,
  async (page) => {
    await page.getByRole('button', { name: 'SELECT prices' }).click();
    await page.getByText('web: SELECT prices – 9 spans').waitFor();
    await page.getByRole('button', { name: 'Whole trace' }).click();
    await page.getByRole('button', { name: 'process orders' }).waitFor();
    await page
      .getByRole('button', { name: 'Show in the timeline' })
      .or(page.getByRole('button', { name: 'SELECT prices' }))
      .first()
      .click();
  },
);

pageTest('the graph of the trace’s calls leads to their spans', `${cart}?view=graph`, async (page) => {
  await page.getByRole('button', { name: /web.*SELECT prices.*9 ×/s }).click();
  await page.getByText('9 matches').waitFor();
});

pageTest(
  'statistics, grouped and grouped again, lead to the spans',
  `${cart}?view=statistics`,
  async (page) => {
    await page.getByLabel('Group by').selectOption('Service');
    await page.getByLabel('Then by').selectOption('db.system.name');
    await page.getByRole('button', { name: 'web, postgresql' }).waitFor();
    await page.getByLabel('Group by').selectOption('Service and operation');
    await page.getByLabel('Then by').selectOption('');
    await page.getByRole('button', { name: 'web: SELECT prices' }).click();
    await page.getByText('9 matches').waitFor();
  },
);

pageTest('spans as a table that sorts, and all events by time', `${cart}?view=spans`, async (page) => {
  const table = page.getByRole('region', { name: 'Spans', exact: true });
  await table.getByRole('button', { name: 'Start' }).click();
  assert.match((await table.getByRole('row').nth(1).textContent()) ?? '', /GET \/cart/);
  await page.getByText('Events', { exact: true }).click();
  await page.getByRole('region', { name: 'Events' }).waitFor();
});

pageTest('the trace as JSON, to read, to copy and as a file', `${cart}?view=json`, async (page) => {
  await page.getByText('"operationName": "SELECT prices"').first().waitFor();
  await page.getByRole('button', { name: 'Copy JSON' }).click();
  assert.equal(JSON.parse(await clipboard(page)).data[0].spans.length, 13);
  await page.getByRole('button', { name: 'Copy as curl' }).click();
  assert.match(
    await clipboard(page),
    new RegExp(`^curl 'http://127.0.0.1:\\d+/api/traces/${puzzle.traceID}'`),
  );
  const raw = await page.getByRole('link', { name: 'Open', exact: true }).getAttribute('href');
  assert.match(await (await fetch(raw!)).text(), /^{\n {4}"data": \[/);
  await page.getByRole('button', { name: 'More' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Download as JSON' }).click(),
  ]);
  assert.equal(JSON.parse(readFileSync(await download.path(), 'utf8')).data[0].traceID, puzzle.traceID);
});

pageTest(
  'in a frame the page’s head is left out, as with Jaeger UI’s uiEmbed',
  `${cart}?uiEmbed=v0`,
  async (page) => {
    await rowsAre(page, 5);
    assert.equal(await page.getByRole('banner').count(), 0);
    await page.getByRole('tree').focus();
    await page.keyboard.press('+');
    await page.waitForURL(/zoom=.*uiEmbed=v0|uiEmbed=v0.*zoom=/);
  },
);

pageTest(
  'the events of a span, in its details and in a table by time',
  `trace/${noted.traceID}`,
  async (page) => {
    await item(page, 'web', 'GET /noted').click();
    await detailOf(page).getByRole('cell', { name: 'cache missed' }).waitFor();
    assert.equal(await page.locator('.bar-event').count(), 2);
    await page.getByRole('tab', { name: 'Spans and events' }).click();
    await page.getByText('Events', { exact: true }).click();
    const cells = page.getByRole('region', { name: 'Events' }).getByRole('row');
    assert.match((await cells.nth(1).textContent()) ?? '', /cache missed/);
    assert.match((await cells.nth(2).textContent()) ?? '', /retried/);
  },
);

pageTest('tags and the trace become links by patterns', `${cart}?span=${idOf('c2')}`, async (page) => {
  const link = (name: string) => page.getByRole('link', { name });
  assert.equal(
    await link('Logs of this trace').getAttribute('href'),
    `https://logs.example/search?trace=${puzzle.traceID}`,
  );
  await item(page, 'web', 'GET').last().click();
  assert.equal(
    await link('Calls of http://stock:8080/it').getAttribute('href'),
    `https://logs.example/search?url=${encodeURIComponent("http://stock:8080/it's")}&method=GET`,
  );
  await detailOf(page)
    .getByText(/^Process/)
    .click();
  assert.equal(await link('Host web-1').getAttribute('href'), 'https://hosts.example/web-1');
});
