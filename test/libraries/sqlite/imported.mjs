// An ES module that imports node:sqlite by name and calls it at once.

import { DatabaseSync } from 'node:sqlite';
import { trace } from '@opentelemetry/api';

trace.getTracer('fixture').startActiveSpan('parent', (span) => {
  const database = new DatabaseSync(':memory:');
  database.prepare('SELECT 1 AS one').get();
  database.close();
  span.end();
});
