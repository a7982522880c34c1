// Two majors of a library, and two copies of one of them.
const { createRequire } = require('node:module');

const outer = createRequire(require.resolve('../../../package.json'));
const libraries = [outer('express'), require('express'), outer('express4')];
console.log(new Set(libraries).size);
require('./one-request.cjs')(...libraries);
