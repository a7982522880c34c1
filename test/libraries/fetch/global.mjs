// Global fetch, from an ES module.
import run from './fetch.js';

await run(fetch);
