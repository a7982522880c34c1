// The CommonJS build of PGlite.
const { PGlite } = require(process.env.LIBRARY);
const { runQueries } = require('./run-queries.cjs');

runQueries(PGlite);
