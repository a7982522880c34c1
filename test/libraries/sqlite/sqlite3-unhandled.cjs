// Failures of sqlite3 that nobody handles, and arguments of no use: prints how each ends.
const sqlite3 = require(process.env.LIBRARY || 'sqlite3');

const seen = [];
const thrower = new Proxy(
  {},
  {
    get() {
      throw new Error('read');
    },
  },
);
const attempt = (work) => {
  try {
    work();
    seen.push('went');
  } catch (error) {
    seen.push(`${error.name}: ${error.message}`);
  }
};
const database = new sqlite3.Database(':memory:');
database.on('error', (error) => seen.push(`database ${error.code}`));
process.on('exit', () => console.log(JSON.stringify(seen)));
database.exec('SELECT 1 FORM missing');
database.run('CREATE TABLE t (a UNIQUE)', () => {
  const insert = database.prepare('INSERT INTO t VALUES (?)');
  insert.on('error', (error) => seen.push(`statement ${error.code}`));
  insert.run(1);
  insert.run(1);
  attempt(() => database.exec());
  attempt(() => database.exec(thrower));
  insert.finalize();
  seen.push(sqlite3.Database.name, sqlite3.Database.length, database instanceof sqlite3.Database);
  seen.push(Object.keys(insert), Object.keys(database), database.constructor.name, database.run.length);
  database.wait(() => {
    // Without a listener: the process ends with the error.
    database.run(process.env.UNHANDLED);
  });
});
