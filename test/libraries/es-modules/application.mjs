// Uses the fixture packages as an application does, and prints everything that it can see of them.
import * as clash from 'es-clash';
import * as cycle from 'es-cycle';
import connect, { Client, Cluster, early, Pool } from 'es-cycle';
import * as live from 'es-live';
import count, { increment } from 'es-live';
import * as tla from 'es-tla';

const show = (...values) => console.log(JSON.stringify(values));

show(Object.keys(cycle), early, connect.name, connect.length, Cluster === Pool);
show(connect('a').query('q'), new Client('b').query('q'), new Client('b').pool());
show(connect('a') instanceof Client, new Client('a') instanceof connect('b').constructor);
show(
  Object.keys(live),
  live.count,
  count,
  new live.Client().query('x'),
  new Set(Object.values(live)).size,
  live.where,
);
increment();
show(live.count, count, live.default);
show(Object.keys(clash), 'clashing' in clash, clash.shared, new clash.Client().query());
show(Object.keys(tla), new tla.Client().query(), tla.default());
show(
  live === (await import('es-live')),
  cycle === (await import('es-cycle')),
  Object.prototype.toString.call(tla),
);
for (const name of ['es-throws', 'es-throws', 'es-none']) {
  const error = await import(name).catch((each) => each);
  show(error.name, error.code, String(error.stack).split('\n').slice(0, 2).join(' | '));
}
show(Object.getOwnPropertyNames(globalThis).filter((name) => name.includes('racing')));
globalThis.check?.({ connect, Client: tla.Client });
