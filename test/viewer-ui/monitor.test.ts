/** Guards what the page says of a service over time, and of two sets of traces: the numbers, and the ways to the traces. */
import assert from 'node:assert/strict';
import { puzzle, traceOf } from './given-traces';
import { startOwnViewer } from './own-viewer';
import { pageTests } from './page-test';

/** Ten calls of 10 ms to 100 ms, of which every fifth failed, then as many of twice that length by the next version. */
const versions = Array.from({ length: 20 }, (_, i) =>
  traceOf((0xd00 + i).toString(16).padStart(32, '0'), [
    {
      id: 'a',
      process: 'till',
      name: 'POST /pay',
      at: i * 1000,
      takes: ((i % 10) + 1) * 10_000 * (i < 10 ? 1 : 2),
      tags: {
        'span.kind': 'server',
        'service.version': i < 10 ? 'one' : 'two',
        ...(i % 5 === 0 && { error: true }),
      },
    },
    ...(i < 10
      ? []
      : [
          {
            id: 'b',
            parent: 'a',
            process: 'till',
            name: 'INSERT audit',
            at: i * 1000,
            takes: 500,
            tags: { 'span.kind': 'client' },
          },
        ]),
  ]),
);

const pageTest = pageTests(() => startOwnViewer({ traces: [puzzle, ...versions] }));

pageTest(
  'a service over time: latencies, error rate, request rate, and operations with impact',
  'monitor?service=till',
  async (page) => {
    // The newest values are all there is: a quarter of an hour ago.
    await page.getByRole('img', { name: 'Latency of till over time; now P95 is 180ms' }).waitFor();
    await page.getByRole('img', { name: 'Error rate of till over time; now 20 %' }).waitFor();
    await page.getByRole('img', { name: 'Request rate of till over time' }).waitFor();
    const legend = page.getByRole('region', { name: 'Latency' }).locator('.u-legend');
    for (const name of ['P95', 'P75', 'P50']) await legend.getByText(name).waitFor();
    const operations = page.getByRole('region', { name: 'Operations of till' });
    await operations.getByRole('row', { name: 'POST /pay 70ms 100ms 180ms 20/h 20 % 100 %' }).waitFor();
    await page.getByLabel('Kind of spans').selectOption('client');
    await operations.getByRole('row', { name: 'INSERT audit 500μs 500μs 500μs 10/h 0 % 100 %' }).waitFor();
    assert.match(page.url(), /service=till&lookback=1h&spanKind=client/);
    await page.getByLabel('Kind of spans').selectOption('producer');
    await page.getByText('No producer spans of till in this time').waitFor();
    await page.getByLabel('Kind of spans').selectOption('server');
    await page.getByLabel('Service', { exact: true }).selectOption('stock');
    await page
      .getByRole('region', { name: 'Operations of stock' })
      .getByRole('link', { name: '100 %' })
      .click();
    // The error's trace.
    await page.getByRole('heading', { name: '1 trace', exact: true }).waitFor();
    assert.match(page.url(), /service=stock&operation=GET.*errors=1/);
  },
);

pageTest(
  'two searches are compared: durations of their traces, errors, operations',
  'search?q=service.version%3Done',
  async (page) => {
    await page.getByRole('heading', { name: '10 traces', exact: true }).waitFor();
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Compare with another search' }).click();
    assert.equal(await page.getByLabel('Query A').inputValue(), 'service.version=one');
    await page.getByLabel('Query B').fill('service.version=two');
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    const facts = page.getByRole('region', { name: 'Both sets' });
    await facts.getByRole('row', { name: 'P50 50ms 100ms +50ms' }).waitFor();
    await facts.getByRole('row', { name: 'Traces 10 10 0' }).waitFor();
    await facts.getByRole('row', { name: 'With errors 20 % 20 % 0 %' }).waitFor();
    await page
      .getByRole('img', { name: /^Parts of the traces of A and B by duration; .*P50 50ms and 100ms/ })
      .waitFor();
    const operations = page.getByRole('region', { name: 'Operations of both sets' });
    await operations
      .getByRole('row', { name: 'till POST /pay 10 10 50ms 100ms 100ms 200ms +100ms 20 % 20 %' })
      .waitFor();
    await operations.getByRole('row', { name: /INSERT audit only in B – 10/ }).waitFor();
    await page.reload();
    await facts.getByRole('row', { name: 'P50 50ms 100ms +50ms' }).waitFor();
    await page.getByLabel('Query B').fill('service.version=three');
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.getByText('B finds no trace').waitFor();
    await page.getByRole('link', { name: 'Compare two traces' }).click();
    await page.getByRole('heading', { name: 'Compare two traces' }).waitFor();
  },
);
