// Makes spans for as long as it takes until the agent sheds some, then none until it doesn't; says what it saw.
const { trace } = require('@opentelemetry/api');

const tracer = trace.getTracer('busy');
const agent = globalThis[Symbol.for('tracing-agent.running')];
const until = performance.now() + Number(process.argv[2]);
const seen = () => agent.health().shedTraces > 0;

function turn() {
  for (let each = 0; each < 200; each++) tracer.startSpan('busy', { attributes: { a: 'b' } }).end();
  if (seen() || performance.now() > until) console.log(seen(), agent.health().overloads > 0);
  else setImmediate(turn);
}
turn();
