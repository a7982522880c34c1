// An ES module that imports winston and logs below a span.
import { trace } from '@opentelemetry/api';
import winston from 'winston';

const logger = winston.createLogger({ transports: [new winston.transports.Console()] });
trace.getTracer('fixture').startActiveSpan('parent', (span) => {
  logger.info('inside');
  span.end();
});
logger.info('outside');
