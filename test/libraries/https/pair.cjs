// The pair of servers over TLS, with a self-signed certificate; CommonJS.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const https = require('node:https');

const key = readFileSync(join(__dirname, 'test-key.pem'));
const cert = readFileSync(join(__dirname, 'test-cert.pem'));
require('../http/pair.js')(https, 'https:', { key, cert }, { ca: cert });
