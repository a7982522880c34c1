// An ES module that imports bunyan and logs below a span.
import { trace } from '@opentelemetry/api';
import bunyan from 'bunyan';

const logger = bunyan.createLogger({ name: 'logger' });
trace.getTracer('fixture').startActiveSpan('parent', (span) => {
  logger.info('inside');
  span.end();
});
logger.info('outside');
