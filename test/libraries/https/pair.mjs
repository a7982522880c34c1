// The pair of servers over TLS as an ES module.
import { readFileSync } from 'node:fs';
import { createServer, get, request } from 'node:https';
import pair from '../http/pair.js';

const key = readFileSync(new URL('test-key.pem', import.meta.url));
const cert = readFileSync(new URL('test-cert.pem', import.meta.url));
pair({ createServer, get, request }, 'https:', { key, cert }, { ca: cert });
