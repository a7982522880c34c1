// Logs with pino in every way in which fields could get into a record, outside of a span and below one. Only records
// are written, and nothing in them differs from run to run.
const { trace } = require('@opentelemetry/api');
const pino = require(process.env.LIBRARY || 'pino');

const plain = { base: null, timestamp: false };
const own = { trace_id: 'own', span_id: 'own', trace_flags: 'own' };

class Order {
  #number = 7;
  constructor() {
    this.shown = 1;
  }
  get number() {
    return this.#number;
  }
}

function log(where) {
  const logger = pino(plain, pino.destination({ sync: true }));
  logger.info(`${where} message`);
  logger.info(null, `${where} null`);
  logger.info({ a: 1 }, `${where} object`);
  logger.info(Object.freeze({ a: 1 }), `${where} frozen`);
  logger.info({ ...own, a: 1 }, `${where} own fields`);
  logger.info(new Order(), `${where} class`);
  const error = new Error('broken');
  error.stack = 'no stack';
  logger.error(error);
  logger.error(error, `${where} error`);
  logger.info('%s', `${where} formatted`);

  const child = logger.child({ part: 'child' });
  child.info({ a: 1 }, `${where} child`);
  child.child({ more: 1 }).info(`${where} grandchild`);
  logger.child(own).info(`${where} own bindings`);
  logger.child({ trace_id: 'own' }).info(`${where} one own binding`);

  const mixin = () => ({ mixed: true });
  pino({ ...plain, mixin }, pino.destination({ sync: true })).info({ a: 1 }, `${where} mixin`);
  pino({ ...plain, mixin: () => own }, pino.destination({ sync: true })).info(`${where} own mixin`);

  const formatters = { log: (object) => ({ ...object, number: object.number, keys: Object.keys(object) }) };
  const formatting = pino({ ...plain, formatters }, pino.destination({ sync: true }));
  formatting.info(new Order(), `${where} class and formatter`);
  const renaming = { log: ({ trace_id, ...rest }) => ({ ...rest, renamed: trace_id }) };
  pino({ ...plain, formatters: renaming }, pino.destination({ sync: true })).info(`${where} renamed`);

  const untouched = { a: 1 };
  logger.info(untouched, `${where} kept`);
  logger.info({ keys: Object.keys(untouched) }, `${where} keys`);
}

log('outside');
trace.getTracer('fixture').startActiveSpan('parent', (span) => {
  log('inside');
  span.end();
});
