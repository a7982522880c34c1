/** Guards that the page works on a real Jaeger's query API alone, without what our own viewer answers beyond it. */
import assert from 'node:assert/strict';
import { startJaeger } from '../support/jaeger';
import { puzzle } from './given-traces';
import { servePage } from './page-server';
import { item, pageTests, type Stage } from './page-test';
import { traceShop } from './shop';

const PRODUCTS = ['mug', 'teapot', 'shirt'];

const pageTest = pageTests(
  async (): Promise<Stage> => {
    const jaeger = await startJaeger();
    await traceShop(jaeger.compactPort, PRODUCTS);
    // Each order has the request, the look-up of the price, and the call to the stock service with its query.
    await jaeger.findTracesOf('stock', PRODUCTS.length * 4);
    const server = await servePage(jaeger.queryUrl, new Map([[puzzle.traceID, puzzle]]));
    return {
      url: server.url,
      async stop() {
        await server.stop();
        await jaeger.stop();
      },
    };
  },
  'jaeger',
  'postgres',
  'redis',
);

pageTest(
  'plain Jaeger: the page searches all services itself, with the whole query language',
  'search',
  async (page) => {
    await page.getByRole('heading', { name: '3 or more traces' }).waitFor();
    await page.getByLabel('Only with errors').check();
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.getByRole('heading', { name: '1 or more trace' }).waitFor();
    await page.goto(`${page.url().replace(/\?.*/, '')}?q=NOT+service%3Dshop+error%3Dtrue`);
    await page.getByRole('heading', { name: '1 or more trace' }).waitFor();
    assert.equal(await page.getByText('Export').count(), 0);
    await page.locator('.trace-line-name').click();
    await item(page, 'stock', 'GET').waitFor();
  },
);

pageTest('plain Jaeger: completion offers services', 'search', async (page) => {
  const input = page.getByRole('combobox', { name: 'Query' });
  await input.fill('service=st');
  await page.getByRole('option', { name: 'stock' }).click();
  assert.equal(await input.inputValue(), 'service=stock');
});

pageTest('plain Jaeger: the service map is made from traces', 'map', async (page) => {
  await page.getByRole('button', { name: /^stock/ }).waitFor();
  await page.getByRole('button', { name: /^shop/ }).click();
  await page
    .getByRole('region', { name: 'Operations of shop' })
    .getByRole('link', { name: 'GET /orders/:product' })
    .waitFor();
});

pageTest(
  'plain Jaeger: two searches are compared from their traces',
  'search?service=stock',
  async (page) => {
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Compare with another search' }).click();
    await page
      .getByRole('region', { name: 'Operations of both sets' })
      .getByRole('row', { name: /^stock / })
      .first()
      .waitFor();
  },
);

pageTest('plain Jaeger: it has no metrics, which is said', 'monitor', async (page) => {
  await page.getByText('This server has no metrics').waitFor();
});

pageTest('plain Jaeger: it knows no agents, which is said', 'agents', async (page) => {
  await page.getByText('This server does not know its senders').waitFor();
});
