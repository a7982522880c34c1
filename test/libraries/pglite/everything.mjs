// The ES modules of PGlite.
import { runQueries } from './run-queries.cjs';

const { PGlite } = await import(process.env.LIBRARY);
await runQueries(PGlite);
