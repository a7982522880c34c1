/** A test of the page as a person uses it: a real Chromium, a fresh profile for each test, and no error of the page unseen. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { repository } from '../support/cache';
import { needs } from '../support/services';
import { needsChromium, startChromium } from './chromium';

export interface Stage {
  url: string;
  stop(): Promise<void>;
}

export interface Look {
  width?: number;
  colorScheme?: 'light' | 'dark';
}

type Needed = Parameters<typeof needs>[1];
type Steps<T> = (page: Page, stage: T) => Promise<void>;
export type PageTest<T> = (
  name: string,
  path: string | ((stage: T) => string),
  steps: Steps<T>,
  look?: Look,
) => void;

const quiet = { skip: () => {} };

/** Starts the stage and a browser for a file's tests; @returns what opens the page at a path and runs a test's steps. */
export function pageTests<T extends Stage>(start: () => Promise<T>, ...needed: Needed[]): PageTest<T> {
  let stage: T | undefined;
  let browser: Browser | undefined;
  const ready = async (t: Pick<TestContext, 'skip'>) => needsChromium(t) && (await needs(t, ...needed));
  before(async () => {
    if (!(await ready(quiet))) return;
    stage = await start();
    browser = await startChromium();
  });
  after(async () => {
    await browser?.close();
    await stage?.stop();
  });
  return (name, path, steps, { width = 1280, colorScheme = 'light' } = {}) => {
    test(name, async (t: TestContext) => {
      if (!(await ready(t))) return;
      const context = await browser!.newContext({
        viewport: { width, height: 800 },
        colorScheme,
        locale: 'en-GB',
        timezoneId: 'Europe/Berlin',
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      try {
        const page = await context.newPage();
        page.setDefaultTimeout(15_000);
        const errors: string[] = [];
        page.on('pageerror', (error) => errors.push(String(error.stack)));
        await page.goto(`${stage!.url}/${typeof path === 'string' ? path : path(stage!)}`);
        await steps(page, stage!);
        assert.deepEqual(errors, []);
      } finally {
        await context.close();
      }
    });
  };
}

/** With SCREENSHOTS=1 the picture under docs/images/ is made anew. */
export async function picture(page: Page, name: string): Promise<void> {
  if (!process.env.SCREENSHOTS) return;
  const images = join(repository, 'docs/images');
  mkdirSync(images, { recursive: true });
  await page.screenshot({ path: join(images, `viewer-${name}.png`), animations: 'disabled' });
}

/** axe-core's serious and critical findings. */
export async function accessible(page: Page): Promise<void> {
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

export const rows = (page: Page) => page.getByRole('treeitem');
/** Waits until the timeline has so many rows; by a selector, since the page's policy forbids polling by a script. */
export const rowsAre = (page: Page, count: number) =>
  page.locator(`.timeline-rows > div > :nth-child(${count}):last-child`).waitFor();
/** The row of a span or a group, by service and what its name begins with. */
export const item = (page: Page, service: string, name: string) =>
  page.getByRole('treeitem', { name: new RegExp(`^\\W*${service}\\W+${name}`) });
