// An ES module that logs through a transport in a worker thread, and through one in this thread, below a span.
import { trace } from '@opentelemetry/api';
import pino, { pino as named } from 'pino';

const transport = pino.transport({ target: 'pino/file', options: { destination: 1 } });
const logger = named({ base: null, timestamp: false }, transport);
trace.getTracer('fixture').startActiveSpan('parent', (span) => {
  logger.info('inside worker');
  span.end();
});
logger.info('outside worker');
