// A service of the fleet: begins as many traces of each operation as it is told, each of one span.
const { trace } = require('@opentelemetry/api');

const tracer = trace.getTracer('fleet');
const operations = JSON.parse(process.env.FLEET_OPERATIONS);

async function main() {
  // A remote sampler has asked by then; where it hasn't, the first of these is kept by the rate until the answer.
  while (process.env.FLEET_WAITS && !(await asked())) await new Promise((resolve) => setTimeout(resolve, 50));
  for (const [name, count] of Object.entries(operations)) {
    for (let at = 0; at < count; at++) {
      tracer.startSpan(name).end();
      // UDP has no back pressure: a pause for the receiver.
      if (at % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}

/** Whether the strategy has come: with it, this operation is always kept. */
function asked() {
  const span = tracer.startSpan('is asked');
  const kept = span.spanContext().traceFlags === 1;
  span.end();
  return kept;
}

main();
