/** Our own viewer with the built page, for the tests: with traces of the tests' own, and the shop's under the agent. */
import { join } from 'node:path';
import { startViewer, type Viewer } from '../../src/viewer';
import type { ApiTrace } from '../../src/viewer/ui/model/jaeger-trace';
import { repository } from '../support/cache';
import type { Stage } from './page-test';
import { traceShop } from './shop';

export interface OwnViewer extends Stage {
  viewer: Viewer;
  /** A trace of the shop with the stock service in it. */
  shopTrace: string;
  /** Where the agents of applications send to. */
  agentPort: number;
  give(...traces: ApiTrace[]): Promise<void>;
}

export interface OwnViewerOptions {
  products?: string[];
  traces?: ApiTrace[];
  /** A file of link patterns. */
  links?: string;
}

export async function startOwnViewer({ products, traces = [], links }: OwnViewerOptions): Promise<OwnViewer> {
  const viewer = await startViewer({
    queryPort: 0,
    compactPort: 0,
    binaryPort: false,
    httpPort: false,
    otlpPort: 0,
    samplingPort: false,
    links,
    page: join(repository, 'dist/viewer-ui'),
  });
  const url = viewer.addresses.query;
  const agentPort = Number(viewer.addresses.compact!.split(':').at(-1));
  const give = (...given: ApiTrace[]) => postTraces(url, given);
  if (traces.length > 0) await give(...traces);
  let shopTrace = '';
  if (products !== undefined) {
    // Each order has the request, the look-up of the price, and mostly the call to the stock service.
    await traceShop(agentPort, products);
    const answer = await fetch(`${url}/api/search?q=trace.service%3Dstock+service%3Dshop&sort=spans&limit=1`);
    const { data } = (await answer.json()) as { data: { traceID: string }[] };
    shopTrace = data[0]!.traceID;
  }
  return { url, viewer, agentPort, shopTrace, give, stop: () => viewer.close() };
}

async function postTraces(url: string, traces: ApiTrace[]): Promise<void> {
  const answer = await fetch(`${url}/api/import`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ data: traces }),
  });
  if (!answer.ok) throw new Error(`the viewer took no traces: ${await answer.text()}`);
}
