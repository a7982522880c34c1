// The same as an ES module whose static import names the functions it uses.
import { createServer, get, request } from 'node:http';
import pair from './pair.js';

pair({ createServer, get, request }, 'http:', {}, {});
