// Logs with winston in every way in which fields could get into a record, outside of a span and below one. Only records
// are written, and nothing in them differs from run to run.
const { trace } = require('@opentelemetry/api');
const winston = require(process.env.LIBRARY || 'winston');

const { createLogger, format, transports } = winston;
const own = { trace_id: 'own', span_id: 'own', trace_flags: 'own' };
const console_ = () => new transports.Console();

function log(where) {
  const logger = createLogger({ format: format.json(), transports: [console_()] });
  logger.info(`${where} message`);
  logger.info(`${where} meta`, { a: 1 });
  logger.info(`${where} frozen`, Object.freeze({ a: 1 }));
  logger.info(`${where} own fields`, own);
  logger.info({ message: `${where} object`, a: 1 });
  logger.log('info', `${where} log`);
  const given = { level: 'info', message: `${where} given`, a: 1 };
  logger.log(given);
  logger.info(`${where} keys`, { keys: Object.keys(given) });

  // Since 3.2.
  logger.child?.({ part: 'child' }).info(`${where} child`);
  logger.child?.(own).info(`${where} own bindings`);

  createLogger({
    defaultMeta: { trace_id: 'own' },
    format: format.json(),
    transports: [console_()],
  }).info(`${where} one own field`);
  const seen = format((info) => ({ ...info, renamed: info.trace_id }));
  createLogger({ format: format.combine(seen(), format.json()), transports: [console_()] }).info(
    `${where} renamed`,
  );

  const isError = format((info) => Object.assign(info, { isError: info instanceof Error }));
  // The frames of whoever called `log` differ.
  const withStack = format.errors ? [format.errors({ stack: true })] : [];
  const short = format((info) => Object.assign(info, { stack: info.stack.split('\n', 2).join('\n') }));
  const errors = createLogger({
    format: format.combine(isError(), ...withStack, short(), format.json()),
    transports: [console_()],
  });
  const error = new TypeError(`${where} error`);
  const { stack } = error;
  errors.error(error);
  // Before 3.2 a format gets the application's own error; behind the agent a copy of it.
  const same = logger.child === undefined || error.stack === stack;
  logger.info(`${where} after error`, { joined: 'trace_id' in error, same });
}

log('outside');
trace.getTracer('fixture').startActiveSpan('parent', (span) => {
  log('inside');
  span.end();
});
