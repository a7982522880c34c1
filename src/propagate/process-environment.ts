/**
 * Carries a trace from process to process in environment variables: `TRACEPARENT`, `TRACESTATE`, `BAGGAGE` and
 * `UBER_TRACE_ID`, which hold what the headers of those names would.
 * Third station of a span's way. https://opentelemetry.io/docs/specs/otel/context/env-carriers/
 */
import { type Context, ROOT_CONTEXT, type TextMapPropagator } from '@opentelemetry/api';

/** Variable by header. Others are not written: baggage of `uberctx-` headers would fill a child's environment. */
const VARIABLES: Readonly<Record<string, string>> = {
  traceparent: 'TRACEPARENT',
  tracestate: 'TRACESTATE',
  baggage: 'BAGGAGE',
  'uber-trace-id': 'UBER_TRACE_ID',
};
const HEADERS = Object.keys(VARIABLES);

type Variables = Readonly<Record<string, string | undefined>>;

/** The context that the process was started in; the root context where there is none. */
export function readProcessContext(env: Variables, propagator: TextMapPropagator): Context {
  if (!HEADERS.some((header) => env[VARIABLES[header]!])) return ROOT_CONTEXT;
  return propagator.extract(ROOT_CONTEXT, env, {
    keys: () => HEADERS,
    get: (carrier: Variables, header) => carrier[VARIABLES[header] ?? ''] || undefined,
  });
}

/** What a child process has to find in its environment to continue `context`; a format not configured is undefined. */
export function processVariables(
  context: Context,
  propagator: TextMapPropagator,
): Record<string, string | undefined> {
  const variables: Record<string, string | undefined> = {};
  for (const header of HEADERS) variables[VARIABLES[header]!] = undefined;
  propagator.inject(context, variables, {
    set(carrier, header, value) {
      const variable = VARIABLES[header];
      if (variable !== undefined) carrier[variable] = value;
    },
  });
  return variables;
}
