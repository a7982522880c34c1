// A front server that reads a body and asks a back server from within its listeners; run as CommonJS.
require('./pair.js')(require('node:http'), 'http:', {}, {});
