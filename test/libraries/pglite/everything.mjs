// The ES modules of PGlite.
import { PGlite } from '@electric-sql/pglite';
import { runQueries } from './run-queries.cjs';

await runQueries(PGlite);
