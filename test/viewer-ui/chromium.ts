/** The real browser of these tests: Debian's Chromium, headless, driven by playwright-core. */
import { existsSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { type Browser, chromium } from 'playwright-core';
import { servicesRequired } from '../support/cache';

const PATHS = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const executablePath = PATHS.find((path) => path !== undefined && existsSync(path));

/** False, and the test skipped with the reason, where there is no Chromium; with REQUIRE_SERVICES=1 it fails. */
export function needsChromium(t: Pick<TestContext, 'skip'>): boolean {
  if (executablePath !== undefined) return true;
  const text = 'no Chromium: apt install chromium, or set CHROMIUM_PATH';
  if (servicesRequired) throw new Error(`REQUIRE_SERVICES=1: ${text}`);
  t.skip(text);
  return false;
}

export function startChromium(): Promise<Browser> {
  // Where tests run as root there is no sandbox; /dev/shm is small in containers.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
