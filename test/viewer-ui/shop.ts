/** Runs the demo's shop and stock service under the agent, in a database schema of their own. */
import { join } from 'node:path';
import { Client } from 'pg';
import { repository } from '../support/cache';
import { startService } from '../support/service-process';
import { serviceEnv, services } from '../support/services';

const { prepareDatabase } = require('../../examples/shop/services') as {
  prepareDatabase(env: Readonly<Record<string, string>>): Promise<void>;
};

// Files of tests run beside each other.
const SCHEMA = `viewer_ui_shop_${process.pid}`;
const IN_SCHEMA = { PGOPTIONS: `-c search_path=${SCHEMA}` };

/** Sends an order for each product; resolves when both services have sent their spans and ended. */
export async function traceShop(agentPort: number, products: string[]): Promise<void> {
  const client = new Client(services.postgres);
  await client.connect();
  try {
    await client.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE; CREATE SCHEMA ${SCHEMA}`);
    await prepareDatabase({ ...serviceEnv, ...IN_SCHEMA });
    await order(agentPort, products);
  } finally {
    await client.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`);
    await client.end();
  }
}

async function order(agentPort: number, products: string[]): Promise<void> {
  const env = {
    ...IN_SCHEMA,
    OTEL_EXPORTER_JAEGER_AGENT_HOST: '127.0.0.1',
    OTEL_EXPORTER_JAEGER_AGENT_PORT: String(agentPort),
  };
  const folder = join(repository, 'examples/shop');
  const stock = await startService(join(folder, 'stock.js'), { env: { ...env, OTEL_SERVICE_NAME: 'stock' } });
  try {
    const shop = await startService(join(folder, 'shop.js'), {
      env: {
        ...env,
        OTEL_SERVICE_NAME: 'shop',
        STOCK_URL: `http://127.0.0.1:${stock.port}`,
        TRACING_AGENT_SAMPLING_RULES: 'keep path=/orders/*',
      },
    });
    try {
      for (const product of products)
        await (await fetch(`http://127.0.0.1:${shop.port}/orders/${product}`)).text();
    } finally {
      await shop.stop();
    }
  } finally {
    await stock.stop();
  }
}
