/**
 * Makes the propagator that the settings list.
 * Third station of a span's way: called once at start.
 */
import type { TextMapPropagator } from '@opentelemetry/api';
import type { PropagatorName } from '../config/config';
import { B3Propagator } from './b3';
import { CompositePropagator } from './composite-propagator';
import { NotedHeaders } from './noted-headers';
import { type UberTraceIdOptions, UberTraceIdPropagator } from './uber-trace-id';
import { BaggagePropagator } from './w3c-baggage';
import { TraceContextPropagator } from './w3c-trace-context';

/** @param noted headers that samplers ask for, in lower case */
export function createPropagator(
  names: readonly PropagatorName[],
  uber: UberTraceIdOptions = {},
  noted: readonly string[] = [],
): TextMapPropagator {
  const propagators = names.map((name) => create(name, uber));
  if (noted.length > 0) propagators.push(new NotedHeaders(noted));
  return new CompositePropagator(propagators);
}

function create(name: PropagatorName, uber: UberTraceIdOptions): TextMapPropagator {
  switch (name) {
    case 'tracecontext':
      return new TraceContextPropagator();
    case 'baggage':
      return new BaggagePropagator();
    case 'jaeger':
      return new UberTraceIdPropagator(uber);
    case 'b3':
    case 'b3multi':
      return new B3Propagator(name);
  }
}
