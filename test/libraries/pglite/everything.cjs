// The CommonJS build of PGlite.
const { PGlite } = require('@electric-sql/pglite');
const { runQueries } = require('./run-queries.cjs');

runQueries(PGlite);
