/**
 * Guards that every view is readable: axe-core finds nothing serious in light, in dark and on a narrow screen, and
 * nothing stands out at the side. With SCREENSHOTS=1 it makes the pictures under docs/images/ anew.
 */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { idOf, orphan, puzzle } from './given-traces';
import { type OwnViewer, startOwnViewer } from './own-viewer';
import { accessible, type Look, pageTests, picture } from './page-test';
import { sendBatch } from './send-batch';

const PRODUCTS = [
  'mug',
  'mug',
  'shirt',
  'teapot',
  'unicorn',
  'mug',
  'shirt',
  'mug',
  'teapot',
  'shirt',
  'mug',
  'mug',
];

const pageTest = pageTests(
  async () => {
    const stage = await startOwnViewer({ products: PRODUCTS });
    await stage.give(puzzle, orphan);
    const agent = { service: 'lossy' };
    await sendBatch(stage.agentPort, { ...agent, seqNo: 1 });
    await sendBatch(stage.agentPort, { ...agent, seqNo: 5, dropped: 12 });
    return stage;
  },
  'postgres',
  'redis',
);

interface View {
  path: (stage: OwnViewer) => string;
  /** What is there once the view is. */
  shown: string;
  /** Done before it is looked at. */
  first?: (page: Page) => Promise<void>;
}

const details = async (page: Page) => {
  await page
    .getByRole('treeitem', { name: /SELECT shop_orders/ })
    .first()
    .click();
  await page.locator('.statement').waitFor();
};
const trace = ({ shopTrace }: OwnViewer) => `trace/${shopTrace}`;
const shop = 'service%3Dshop+OR+service%3Dstock';

const VIEWS: Record<string, View> = {
  search: { path: () => `search?q=${shop}`, shown: '.trace-line' },
  trace: { path: trace, shown: '.row', first: details },
  notes: { path: () => `trace/${puzzle.traceID}?span=${idOf('c2')}`, shown: '.detail' },
  flame: { path: (stage) => `${trace(stage)}?view=flame`, shown: '.flame-box' },
  graph: { path: (stage) => `${trace(stage)}?view=graph`, shown: '.call-box' },
  statistics: { path: (stage) => `${trace(stage)}?view=statistics`, shown: '.sort' },
  spans: { path: (stage) => `${trace(stage)}?view=spans`, shown: '.sort' },
  json: { path: (stage) => `${trace(stage)}?view=json`, shown: '.json' },
  compare: {
    path: () => 'search?q=operation%3D"GET+/orders/:product"',
    shown: '.trace-line',
    first: async (page) => {
      const ticks = page.getByRole('checkbox', { name: /^Pick shop/ });
      await ticks.first().check();
      await ticks.last().check();
      await page.getByRole('button', { name: 'Compare', exact: true }).click();
      await page.locator('.compare-table td').first().waitFor();
    },
  },
  map: {
    path: () => 'map?service=shop',
    shown: '.map-node ~ .map-node',
    first: async (page) => void (await page.locator('.sort').first().waitFor()),
  },
  monitor: {
    path: () => 'monitor?service=shop&lookback=5m',
    shown: '.impact',
    first: async (page) => void (await page.locator('.line-chart canvas').nth(2).waitFor()),
  },
  sets: {
    path: () => `compare?${new URLSearchParams({ setA: 'q=service=shop', setB: 'q=service=stock' })}`,
    shown: '.line-chart canvas',
    first: async (page) => void (await page.locator('.sort').first().waitFor()),
  },
  agents: { path: () => 'agents', shown: '.sort' },
  help: {
    path: () => 'agents',
    shown: '.sort',
    first: async (page) => {
      await page.getByRole('button', { name: /^Help/ }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
};

/** What docs/images/ keeps; the rest is looked at by axe-core alone. */
const PICTURED: Record<string, string[]> = {
  light: ['search', 'trace', 'notes', 'flame', 'graph', 'compare', 'sets', 'map', 'monitor', 'agents'],
  dark: ['search', 'trace', 'map', 'monitor'],
  narrow: ['search', 'trace', 'map', 'monitor'],
};
const LOOKS: Record<string, Look> = { light: {}, dark: { colorScheme: 'dark' }, narrow: { width: 390 } };

for (const [name, { path, shown, first }] of Object.entries(VIEWS)) {
  for (const [look, how] of Object.entries(LOOKS)) {
    pageTest(
      `${name} is readable, ${look}`,
      path,
      async (page) => {
        await page.locator(shown).first().waitFor();
        await first?.(page);
        await accessible(page);
        const over = await page.evaluate<number>(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        assert.equal(over, 0, 'nothing stands out at the side');
        if (PICTURED[look]?.includes(name)) await picture(page, `${name}-${look}`);
      },
      how,
    );
  }
}

pageTest('an empty list says what to do', 'search?q=service%3Dnobody', async (page) => {
  await page.getByText('send a request to a traced application').waitFor();
  await accessible(page);
});

pageTest('the switch of colours', 'agents', async (page) => {
  await page.getByRole('button', { name: 'Switch to dark colours' }).click();
  await page.locator('html[data-mantine-color-scheme=dark]').waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Switch to light colours' }).waitFor();
  await accessible(page);
});
