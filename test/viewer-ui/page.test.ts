/**
 * Guards the viewer's page as a person uses it: a real Chromium, on traces of the shop under the agent in a real Jaeger.
 * With SCREENSHOTS=1 it also renews the pictures under docs/images/.
 */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { repository } from '../support/cache';
import { type Jaeger, startJaeger } from '../support/jaeger';
import { needs } from '../support/services';
import { needsChromium, startChromium } from './chromium';
import { large, orphan, puzzle } from './given-traces';
import { type PageServer, servePage } from './page-server';
import { traceShop } from './shop';

const quiet = { skip: () => {} };
const images = join(repository, 'docs/images');
let jaeger: Jaeger | undefined;
let server: PageServer | undefined;
let browser: Browser | undefined;
/** A trace of the shop with the stock service in it. */
let shopTrace = '';

before(async () => {
  if (!needsChromium(quiet) || !(await needs(quiet, 'jaeger', 'postgres', 'redis'))) return;
  jaeger = await startJaeger();
  await traceShop(jaeger, ['mug', 'mug', 'shirt', 'teapot', 'unicorn', 'mug']);
  const traces = await jaeger.findTracesOf('stock', 10);
  shopTrace = traces.sort((a, b) => b.length - a.length)[0]![0]!.traceId;
  server = await servePage(
    jaeger.queryUrl,
    new Map([puzzle, orphan, large].map((each) => [each.traceID, each])),
  );
  browser = await startChromium();
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await jaeger?.stop();
});

/** Opens the page there, runs `steps`, and fails on any error that the page met. */
function pageTest(
  name: string,
  path: string | (() => string),
  steps: (page: Page) => Promise<void>,
  look: Look = {},
) {
  test(name, async (t: TestContext) => {
    if (!needsChromium(t) || !(await needs(t, 'jaeger', 'postgres', 'redis'))) return;
    const { width = 1280, colorScheme = 'light' } = look;
    const context = await browser!.newContext({
      viewport: { width, height: 800 },
      colorScheme,
      locale: 'en-GB',
    });
    try {
      const page = await context.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(String(error.stack)));
      await page.goto(`${server!.url}/${typeof path === 'string' ? path : path()}`);
      await steps(page);
      assert.deepEqual(errors, []);
    } finally {
      await context.close();
    }
  });
}
interface Look {
  width?: number;
  colorScheme?: 'light' | 'dark';
}

async function picture(page: Page, name: string): Promise<void> {
  if (!process.env.SCREENSHOTS) return;
  mkdirSync(images, { recursive: true });
  await page.screenshot({ path: join(images, `viewer-${name}.png`), animations: 'disabled' });
}

/** axe-core's serious and critical findings. */
async function accessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(
        ({ id, nodes }) =>
          `${id}: ${nodes
            .map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`)
            .slice(0, 4)
            .join(' | ')}`,
      );
  });
  assert.deepEqual(found, []);
}

/** Waits until the timeline has so many rows. */
const rowsAre = (page: Page, count: number) =>
  page.waitForFunction(`document.querySelectorAll('[role=treeitem]').length === ${count}`);
const rows = (page: Page) => page.getByRole('treeitem');
/** The row of a span or a group, by service and what its name begins with. */
const item = (page: Page, service: string, name: string) =>
  page.getByRole('treeitem', { name: new RegExp(`^\\W*${service}\\W+${name}`) });

pageTest(
  'the search finds the shop by service, query and errors, and keeps it in the address',
  'search',
  async (page) => {
    const lines = page.locator('.trace-line');
    await page.getByRole('heading', { name: '6 or more traces' }).waitFor();
    assert.equal(await lines.count(), 6);
    await accessible(page);
    await picture(page, 'search-light');
    await page.getByLabel('Only with errors').check();
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.getByRole('heading', { name: '1 or more trace' }).waitFor();
    assert.match(page.url(), /errors=1/);
    await page.keyboard.press('Escape');
    await page.goto(`${server!.url}/search?q=NOT+service%3Dshop+error%3Dtrue`);
    await page.getByRole('heading', { name: '1 or more trace' }).waitFor();
    await page.goBack();
    assert.equal(await page.getByLabel('Only with errors').isChecked(), true);
  },
);

pageTest(
  'a wrong query is said at its place, and completion offers services',
  'search?q=service%3D',
  async (page) => {
    await page.getByText('a value is missing after = (at character 8)').waitFor();
    const input = page.getByRole('combobox', { name: 'Query' });
    await input.fill('service=st');
    await page.getByRole('option', { name: 'stock' }).click();
    assert.equal(await input.inputValue(), 'service=stock');
  },
);

pageTest(
  'a trace of the shop: details with the coloured statement, keys, and a link that holds them',
  () => `trace/${shopTrace}`,
  async (page) => {
    await item(page, 'shop', 'GET /orders').waitFor();
    await accessible(page);
    await item(page, 'stock', 'SELECT').click();
    const detail = page.getByRole('region', { name: 'Details of the span' });
    await detail.locator('.statement [data-kind=keyword]', { hasText: 'SELECT' }).waitFor();
    assert.match(page.url(), /span=/);
    await accessible(page);
    await picture(page, 'trace-light');
    await page.reload();
    await detail.getByText('db.query.text').waitFor();
    await page.getByRole('tree').focus();
    await page.keyboard.press('Escape');
    await detail.waitFor({ state: 'detached' });
    await page.keyboard.press('Home');
    const before = await rows(page).count();
    await page.keyboard.press('ArrowLeft');
    await rowsAre(page, 1);
    assert.match(page.url(), /collapsed=/);
    await page.keyboard.press('[');
    await rowsAre(page, before);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await detail.waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys and queries' }).waitFor();
  },
);

pageTest(
  'N+1, clock skew, sampling and idle time are said; groups open; zoom and subtree',
  `trace/${puzzle.traceID}`,
  async (page) => {
    const notes = page.getByRole('list', { name: 'Notes on this trace' });
    for (const text of [/9 × SELECT prices one after another/, /Clock skew/, /keeps 25 % of the traces/])
      await notes.getByText(text).waitFor();
    await page.getByText('idle 29.9s').waitFor();
    await accessible(page);
    await picture(page, 'notes-light');
    await item(page, 'web', '9 × SELECT prices').click();
    await rowsAre(page, 14);
    assert.match(page.url(), /opened=b0/);
    await page.getByRole('tree').focus();
    await page.keyboard.press('+');
    await page.waitForURL(/zoom=/);
    await page.getByRole('button', { name: 'Whole time' }).click();
    await item(page, 'web', 'GET\\b(?! /)').click();
    await page.getByRole('button', { name: 'Only this subtree' }).click();
    await rowsAre(page, 2);
  },
);

pageTest('find marks and counts, and shows only what matches', `trace/${puzzle.traceID}`, async (page) => {
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

pageTest(
  'a missing parent is explained, and an unknown trace is waited for',
  `trace/${orphan.traceID}`,
  async (page) => {
    await page.getByText('names the parent ffff').waitFor();
    await page.getByRole('heading', { name: '<trace-without-root-span>' }).waitFor();
    await page.goto(`${server!.url}/trace/${'9'.repeat(32)}`);
    await page.getByText('has not arrived').or(page.getByText('have not arrived')).waitFor();
  },
);

pageTest('10,000 spans are scrolled with only the rows in sight', `trace/${large.traceID}`, async (page) => {
  await rows(page).first().waitFor();
  assert.ok((await rows(page).count()) < 80, 'only rows in sight');
  await page.getByRole('tree').focus();
  await page.keyboard.press('End');
  await item(page, 'service-3', 'step 9999').waitFor();
  assert.ok((await rows(page).count()) < 80, 'only rows in sight at the end');
  const painted = await page.evaluate(() => performance.getEntriesByName('trace-painted')[0]?.duration);
  console.log(`10,000 spans: first rows ${Math.round(painted ?? Number.NaN)} ms after they arrived`);
});

for (const view of ['flame', 'statistics', 'spans', 'json']) {
  pageTest(`the view ${view} shows the trace`, `trace/${puzzle.traceID}?view=${view}`, async (page) => {
    await page.getByText('SELECT prices').last().waitFor();
    await accessible(page);
    if (view === 'flame') await picture(page, 'flame-light');
    if (view !== 'statistics') return;
    await page.getByRole('button', { name: 'web: SELECT prices' }).click();
    await page.getByText('9 matches').waitFor();
  });
}

pageTest('two traces are picked in the list and compared', 'search', async (page) => {
  const ticks = page.getByRole('checkbox', { name: /^Pick shop/ });
  await ticks.nth(0).check();
  await ticks.nth(1).check();
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await page.getByRole('region', { name: 'Comparison' }).getByText('GET /orders/:product').first().waitFor();
  await accessible(page);
  await picture(page, 'compare-light');
});

pageTest('the service map leads to operations, and they to their traces', 'map', async (page) => {
  await page.getByRole('button', { name: /^stock/ }).waitFor();
  await page.getByRole('button', { name: /^shop/ }).click();
  await page
    .getByRole('region', { name: 'Operations of shop' })
    .getByRole('link', { name: 'GET /orders/:product' })
    .waitFor();
  await accessible(page);
  await picture(page, 'map-light');
  await page.getByRole('link', { name: 'GET /orders/:product' }).click();
  await page.getByRole('heading', { name: /or more traces/ }).waitFor();
  assert.match(page.url(), /service=shop&operation=GET/);
});

pageTest('plain Jaeger has no list of agents, which is said', 'agents', async (page) => {
  await page.getByText('This server does not know its senders').waitFor();
  await accessible(page);
});

for (const [part, path] of [
  ['search', () => 'search'],
  ['trace', () => `trace/${puzzle.traceID}?span=c2`],
  ['map', () => 'map?service=shop'],
] as const) {
  const shown = { search: '.trace-line', trace: '.detail', map: '.sort' }[part];
  for (const [name, look] of [
    ['dark', { colorScheme: 'dark' }],
    ['narrow', { width: 390 }],
  ] as const) {
    pageTest(
      `${part} is readable, ${name}`,
      path,
      async (page) => {
        await page.locator(shown).first().waitFor();
        await accessible(page);
        const over = await page.evaluate<number>(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        assert.equal(over, 0, 'nothing stands out at the side');
        await picture(page, `${part}-${name}`);
      },
      look,
    );
  }
}

// The last, since others count traces.
pageTest('a new trace appears by itself', 'search', async (page) => {
  await page.getByRole('heading', { name: '6 or more traces' }).waitFor();
  const answer = await fetch(`${jaeger!.queryUrl}/api/traces/${shopTrace}`);
  const copy = JSON.parse((await answer.text()).replaceAll(shopTrace, 'c'.repeat(32)));
  const span = copy.data[0].spans[0];
  const nano = (time: number) => `${BigInt(time) * 1000n}`;
  await fetch(`${jaeger!.otlpUrl}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'late' } }] },
          scopeSpans: [
            {
              spans: [
                {
                  traceId: span.traceID,
                  spanId: 'c'.repeat(16),
                  name: 'late',
                  kind: 2,
                  startTimeUnixNano: nano(span.startTime),
                  endTimeUnixNano: nano(span.startTime + 5),
                },
              ],
            },
          ],
        },
      ],
    }),
  });
  await page.getByRole('link', { name: 'late: late' }).waitFor();
});
