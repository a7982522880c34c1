// undici as an ES module's static import.
import { fetch } from 'undici';
import run from '../fetch/fetch.js';

await run(fetch);
