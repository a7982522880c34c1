// Asks a client for what no client expects, each time on a connection of its own below a span, and prints how each call
// ended. argv[2]: the client, as clients.cjs names it.
const { trace } = require('@opentelemetry/api');

const name = process.argv[2];
const { open, call, close, shared, aborts } = require('./clients.cjs')[name];
const library = require(name);

const trap = () => {
  throw new RangeError('trapped');
};
const traps = Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((each) => [each, trap]));
const throwing = (key) => Object.defineProperty({}, key, { get: trap, enumerable: true });
const query = () => ({ text: 'SELECT 1', sql: 'SELECT 1', values: [] });
const odd = {
  undefined: () => undefined,
  null: () => null,
  'a number': () => 42,
  'a boolean': () => true,
  'a bigint': () => 42n,
  'a symbol': () => Symbol('birds'),
  'an empty object': () => ({}),
  'an object without prototype': () => Object.create(null),
  'an empty list': () => [],
  'a date': () => new Date(0),
  'a function': () => () => 'SELECT 1',
  'a String': () => new String('SELECT 1'),
  'a Buffer': () => Buffer.from('SELECT 1'),
  'a frozen query': () => Object.freeze(query()),
  'a Proxy of a query': () => new Proxy(query(), {}),
  'a Proxy that throws': () => new Proxy({}, traps),
  'a revoked Proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  'a text that throws': () => throwing('text'),
  'an sql that throws': () => throwing('sql'),
  'values that throw': () => Object.defineProperty(query(), 'values', { get: trap }),
  'a toString that throws': () => ({ toString: trap }),
  'a string with lone surrogates': () => '\ud800',
  'an unfinished literal': () => "SELECT 'birds /* -- $$",
};

/** What nobody caught, in no order: a client may throw at a later input's turn. */
const uncaught = [];
let giveUp = () => {};
function note(kind, error) {
  uncaught.push(`${kind} ${told(error)}`);
  giveUp();
}
process.on('uncaughtException', (error) => note('uncaught', error));
process.on('unhandledRejection', (error) => note('unhandled', error));

// Ids of connections differ from run to run.
const told = (error) =>
  `${error?.constructor?.name} ${error?.code} ${String(error?.message).replaceAll(/\d{3,}/g, '#')}`;

/** How a call ended: at once or later. A call that never ends is given up, soon where something was thrown elsewhere. */
async function endOf(target, make) {
  let timer;
  const never = new Promise((resolve) => {
    timer = setTimeout(resolve, 1000, ['never']);
    giveUp = () => setTimeout(resolve, 200, ['never']);
  });
  let result;
  try {
    result = call(target, make());
  } catch (error) {
    clearTimeout(timer);
    return ['threw', told(error)];
  }
  const later = Promise.resolve(result).then(
    (value) => ['gave', typeof value, Array.isArray(value)],
    (error) => ['rejected', told(error)],
  );
  const end = await Promise.race([later, never]);
  clearTimeout(timer);
  return end;
}

async function main() {
  const ends = {};
  let target;
  for (const [what, make] of Object.entries(odd)) {
    if (aborts?.test(what)) continue;
    if (!shared || target === undefined) target = await open(library);
    ends[what] = await trace.getTracer('fixture').startActiveSpan(what, async (span) => {
      const end = await endOf(target, make);
      span.end();
      return end;
    });
    if (!shared) await close(target);
  }
  if (shared) await close(target);
  console.log(JSON.stringify({ ...ends, 'what nobody caught': uncaught.sort() }));
  process.exit();
}
main().catch((error) => {
  console.error(error);
  process.exit(1);
});
