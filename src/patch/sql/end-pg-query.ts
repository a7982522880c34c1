/**
 * The end of a PostgreSQL query's span, whichever way the query ends.
 * Second station of a span's way, used by the patches of pg, PGlite and postgres.
 */
import type { Span } from '@opentelemetry/api';
import type { Tools } from '../instrumentation';

/**
 * Ends a query's span with what the server answered; a second call finds it ended and does nothing.
 * @param result of pg, or of postgres, which calls the number of rows `count`
 */
export function endPgQuery(tools: Tools, span: Span, error: any, result: any): void {
  try {
    if (!span.isRecording()) return;
    if (error) {
      // `severity` tells the server's errors, whose code is a SQLSTATE, from those of the system.
      if (typeof error.severity === 'string' && typeof error.code === 'string') {
        span.setAttribute('db.response.status_code', error.code);
      }
    } else if (result?.command === 'SELECT') {
      const rows = result.rowCount ?? result.count;
      if (typeof rows === 'number') span.setAttribute('db.response.returned_rows', rows);
    }
  } catch (failure) {
    tools.fault(failure);
  }
  tools.endClientSpan(span, error || undefined);
}
