// A library, loaded as usual.
require('./one-request.cjs')(require('express'));
