// Ends COUNT spans and then, HOW says in which way, the process; LATER ms later, or in the same tick.
const { trace } = require('@opentelemetry/api');

const end = () => {
  const tracer = trace.getTracer('exits');
  for (let index = 0; index < Number(process.env.COUNT); index++) {
    tracer.startSpan(`span ${index}`, { attributes: { text: 'x'.repeat(200) } }).end();
  }
  console.log('out');
  if (process.env.HOW === 'throw') throw new Error('thrown by the application');
  process.exit(7);
};
if (process.env.LATER === undefined) end();
else setTimeout(end, Number(process.env.LATER));
