// Logs with bunyan in every way in which fields could get into a record, outside of a span and below one. Only records
// are written, and nothing in them differs from run to run.
const { trace } = require('@opentelemetry/api');
const bunyan = require(process.env.LIBRARY || 'bunyan');

const own = { trace_id: 'own', span_id: 'own', trace_flags: 'own' };
const same = { hostname: 'host', pid: 1, time: 'now' };

function log(where) {
  const logger = bunyan.createLogger({ name: 'logger', ...same });
  logger.info(same, `${where} message`);
  logger.info({ ...same, a: 1 }, `${where} object`);
  logger.info(Object.freeze({ ...same, a: 1 }), `${where} frozen`);
  logger.info({ ...same, ...own }, `${where} own fields`);
  logger.child({ part: 'child' }).info(same, `${where} child`);
  logger.child(own).info(same, `${where} own bindings`);
  logger.child({ trace_id: 'own' }).info(same, `${where} one own binding`);
  const raw = {
    write: (record) => console.log(JSON.stringify({ ...record, date: record.date instanceof Date })),
  };
  const streams = [{ type: 'raw', stream: raw }];
  bunyan.createLogger({ name: 'raw', ...same, streams }).info(same, `${where} raw`);
  const untouched = { ...same, a: 1 };
  logger.info(untouched, `${where} kept`);
  logger.info({ ...same, keys: Object.keys(untouched) }, `${where} keys`);
}

log('outside');
trace.getTracer('fixture').startActiveSpan('parent', (span) => {
  log('inside');
  span.end();
});
