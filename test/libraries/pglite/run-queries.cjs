// Uses PGlite as applications do, below a span of its own. Values hold "canary", which no packet may contain.
const { context, trace } = require('@opentelemetry/api');

/** @param PGlite the class, from either build of the package */
exports.runQueries = async function runQueries(PGlite) {
  const database = new PGlite();
  addTag(database);
  await database.waitReady;
  await database.exec('CREATE TABLE birds (id int PRIMARY KEY, name text)');
  const seen = {};
  await trace.getTracer('fixture').startActiveSpan('parent', async (span) => {
    await database.query('INSERT INTO birds VALUES ($1, $2)', [1, 'canary']);
    seen.rows = (await database.sql`SELECT name FROM birds WHERE id = ${1}`).rows.length;
    seen.failed = await database.query("SELECT 'canary' FROM missing").catch((error) => error.code);
    await database.transaction(async (steps) => {
      addTag(steps);
      await steps.query('SELECT id FROM birds');
      await steps.sql`SELECT id FROM birds WHERE name = ${'canary'}`;
      await steps.exec("DELETE FROM birds WHERE name = 'canary'");
    });
    seen.active = trace.getSpan(context.active())?.spanContext().spanId === span.spanContext().spanId;
    span.end();
  });
  await database.close();
  console.log(JSON.stringify(seen));
};

/** The first releases have no tag for templates. */
function addTag(target) {
  target.sql ??= (texts, ...values) =>
    target.query(
      texts.reduce((all, text, index) => `${all}$${index}${text}`),
      values,
    );
}
