/** Says in words why a trace was sampled, from the `sampler.*` tags that Jaeger's clients put on a root span. */
import { type Span, type Trace, tagOf } from './span';

interface SamplingReason {
  span: Span;
  type: string;
  sentence: string;
}

export function whySampled(trace: Trace): SamplingReason | undefined {
  for (const span of trace.spans) {
    const type = tagOf(span, 'sampler.type', 'jaeger.sampler.type');
    const debugId = tagOf(span, 'jaeger-debug-id');
    if (debugId !== undefined)
      return { span, type: 'debug', sentence: `Asked for by a debug header with the id "${debugId}".` };
    if (type === undefined) continue;
    return { span, type, sentence: sentenceFor(type, tagOf(span, 'sampler.param', 'jaeger.sampler.param')) };
  }
  const root = trace.roots.find((span) => span.missingParent === undefined);
  if (root === undefined) return undefined;
  const sentence =
    'No span names a sampler. Those of OpenTelemetry leave no tag, so it is always_on, the default, which keeps every trace, or a ratio.';
  return { span: root, type: '', sentence };
}

function sentenceFor(type: string, param: string | undefined): string {
  switch (type) {
    case 'const':
      return param === 'false' || param === '0'
        ? 'The sampler keeps nothing, so another service or a debug flag asked for this trace.'
        : 'The sampler keeps every trace.';
    case 'probabilistic':
      return `By chance: the sampler keeps ${percent(param)} of the traces.`;
    case 'ratelimiting':
      return `By rate: the sampler keeps up to ${param ?? '?'} traces a second.`;
    case 'lowerbound':
      return `As the guaranteed minimum: at least ${param ?? '?'} traces a second of each operation are kept.`;
    case 'remote':
      return `The strategy that Jaeger's sampling endpoint gave decided (${param ?? 'no parameter'}).`;
    case 'rule':
      return `A rule decided${param === undefined ? '' : `: ${param}`}.`;
    default:
      return `The sampler "${type}" decided${param === undefined ? '' : ` with the parameter ${param}`}.`;
  }
}

function percent(param: string | undefined): string {
  const part = Number(param);
  return param === undefined || Number.isNaN(part) ? 'a part' : `${Number((part * 100).toPrecision(3))} %`;
}
