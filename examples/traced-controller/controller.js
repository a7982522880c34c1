// Handles all pods of a cluster with calls to three services, every processing a trace: Kooper's traced controller.
// `node -r tracing-agent/register controller.js`, with REDIS_URL, GITHUB_URL and AWS_URL, and a kubeconfig or a pod's
// service account. start.js runs it with everything that it needs.
const { SpanStatusCode, trace } = require('@opentelemetry/api');
const { createController } = require('../../dist/controller.js');

const name = process.env.CONTROLLER_NAME ?? 'traced-pod-controller';
const resyncSeconds = Number(process.env.RESYNC_SECONDS ?? 120);
const tracer = trace.getTracer(name);
const urls = { redis: process.env.REDIS_URL, github: process.env.GITHUB_URL, aws: process.env.AWS_URL };

/** Asks a service for an operation that takes `wait` milliseconds; rejects when it failed. */
async function call(service, operation, wait, attempt) {
  const query = new URLSearchParams({ wait, attempt });
  const response = await fetch(`${urls[service]}/${operation}?${query}`, { method: 'POST' });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
}

/** Runs `work` in a span of that name. */
function inSpan(spanName, work) {
  return tracer.startActiveSpan(spanName, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

const handler = {
  async add(_pod, { key, retries }) {
    console.log(`pod added: ${key}`);
    const attempt = `${key}#${retries}`;
    await inSpan('AddFunc', async () => {
      await call('redis', 'getOrg', 10, attempt);
      await call('github', 'getOrg', 75, attempt);
      await call('redis', 'getEc2List', 14, attempt);
      await call('aws', 'ensureAWSResources', 120, attempt);
      await call('redis', 'storeResult', 34, attempt);
    });
  },
  async delete(key, { retries }) {
    console.log(`pod deleted: ${key}`);
    const attempt = `${key}#deleted#${retries}`;
    await inSpan('DeleteFunc', async () => {
      await call('aws', 'deleteCloudformationStack', 698, attempt);
      await call('redis', 'storeResult', 26, attempt);
    });
  },
};

async function main() {
  const { CoreV1Api, KubeConfig } = await import('@kubernetes/client-node');
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromDefault();
  const pods = kubeConfig.makeApiClient(CoreV1Api);
  const controller = createController({
    name,
    retriever: { kubeConfig, path: '/api/v1/pods', list: () => pods.listPodForAllNamespaces() },
    handler,
    maxRetries: 5,
    resyncInterval: resyncSeconds * 1000,
    concurrentWorkers: 30,
    onError: (error, { key, retried }) =>
      console.error(`${key ?? 'watch'}: ${error?.message}${retried ? ', tried again' : ', left'}`),
  });
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.once(signal, async () => {
      const { unprocessed } = await controller.stop();
      if (unprocessed.length > 0) console.error(`not processed: ${unprocessed.join(', ')}`);
    });
  }
  await controller.start();
  console.log('watching pods');
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
