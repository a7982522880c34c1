// Uses better-sqlite3 or node:sqlite as applications do; each part below a span of its own, named after the part.
// Values all hold "canary", which no packet may contain. Prints what it observed as one JSON line.
const { trace } = require('@opentelemetry/api');
const library = require(process.env.LIBRARY);

const tracer = trace.getTracer('fixture');
const seen = {};
const part = (name, work) =>
  tracer.startActiveSpan(name, (span) => {
    work();
    span.end();
  });
const attempt = (work) => {
  try {
    return work();
  } catch (error) {
    return error.code;
  }
};

const Database = library.DatabaseSync ?? library;
const database = new Database(process.env.DATABASE);
// Prepared outside of every part.
database.exec(
  "CREATE TABLE birds (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO birds VALUES (0, 'canary-0')",
);
const insert = database.prepare('INSERT INTO birds VALUES (?, ?)');
const select = database.prepare("SELECT name FROM birds WHERE name <> 'canary' ORDER BY id");

part('statements', () => {
  insert.run(1, 'canary-1');
  seen.changes = insert.run(2, 'canary-2').changes;
  seen.all = select.all().length;
  seen.get = select.get().name;
  seen.none = database.prepare('SELECT name FROM birds WHERE id = @id').get({ id: 9 }) === undefined;
});
part('iterators', () => {
  seen.rows = [...select.iterate()].length;
  for (const row of select.iterate()) {
    seen.first = row.name;
    break;
  }
});
part('errors', () => {
  seen.duplicate = attempt(() => insert.run(1, 'canary-1'));
  seen.missing = attempt(() => database.prepare("SELECT 'canary' FROM missing"));
  seen.syntax = attempt(() => database.exec("SELECT 'canary' FORM missing"));
});
part('transaction', () => {
  if (database.transaction === undefined) return;
  database.transaction(() => insert.run(3, 'canary-3'))();
  attempt(database.transaction(() => insert.run(3, 'canary-3')));
  seen.mode = database.pragma('user_version', { simple: true });
});
part('tagged', () => {
  const store = database.createTagStore?.();
  if (store !== undefined) seen.tagged = store.all`SELECT name FROM birds WHERE id = ${1}`.length;
});
part('odd', () => {
  const thrower = new Proxy(
    {},
    {
      get() {
        throw new Error('read');
      },
    },
  );
  seen.odd = [
    () => database.exec(thrower),
    () => database.prepare(thrower),
    () => select.all(thrower),
    () => select.all.call({}),
    () => database.exec.call({}, 'SELECT 1'),
    () => database.prepare.call({}, 'SELECT 1'),
  ].map((work) => {
    try {
      return String(work());
    } catch (error) {
      return `${error.name}: ${error.message}`;
    }
  });
  const iterator = select.iterate();
  const keys = Object.keys(iterator);
  iterator.return();
  seen.shape = [insert.run.name, insert.run.length, keys, database.exec.length, Object.keys(select)];
});
database.close();
console.log(JSON.stringify(seen));
