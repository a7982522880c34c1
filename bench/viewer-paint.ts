/**
 * Measures how long the viewer's page takes to show a trace of 10,000 spans: from the answer's arrival to the first rows,
 * in a real headless Chromium, the median of several. `npx tsx bench/viewer-paint.ts [spans] [rounds]`
 */
import { startChromium } from '../test/viewer-ui/chromium';
import { traceOf } from '../test/viewer-ui/given-traces';
import { startOwnViewer } from '../test/viewer-ui/own-viewer';

const spans = Number(process.argv[2] ?? 10_000);
const rounds = Number(process.argv[3] ?? 9);

async function main(): Promise<void> {
  const parts = Array.from({ length: spans }, (_, i) => ({
    id: (i + 1).toString(16),
    ...(i > 0 && { parent: (i % 40 === 0 ? 1 : i).toString(16) }),
    process: `service-${i % 7}`,
    name: `step ${i}`,
    at: Math.floor(i / 40) * 4000 + (i % 40) * 10,
    takes: i === 0 ? spans * 110 : 4000 - (i % 40) * 50,
  }));
  const trace = traceOf('a'.repeat(32), parts);
  const viewer = await startOwnViewer({ traces: [trace] });
  const browser = await startChromium();
  try {
    const found: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      const page = await context.newPage();
      await page.goto(`${viewer.url}/trace/${trace.traceID}`);
      await page.getByRole('treeitem').first().waitFor();
      const painted = await page.evaluate<number>(
        "performance.getEntriesByName('trace-painted')[0].duration",
      );
      found.push(painted);
      console.error(`round ${round + 1}: ${Math.round(painted)} ms`);
      await context.close();
    }
    found.sort((a, b) => a - b);
    const median = found[Math.floor(rounds / 2)]!;
    console.log(JSON.stringify({ spans, rounds, median: Math.round(median), least: Math.round(found[0]!) }));
  } finally {
    await browser.close();
    await viewer.stop();
  }
}

void main();
