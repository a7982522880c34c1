// Uses Prisma with its adapter for pg, with a pool of one connection and concurrent callers, each below a span of its
// own. CLIENT is the folder that `prisma generate` wrote. Prints which callers lost their span.
const { context, trace } = require('@opentelemetry/api');
const { PrismaPg } = require('@prisma/adapter-pg');
const { PrismaClient } = require(process.env.CLIENT);

const url = `postgres://${process.env.PGUSER}@${process.env.PGHOST}:${process.env.PGPORT}/${process.env.PGDATABASE}`;
const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: 1 }) });
const lost = [];
const below = (name, work) =>
  trace.getTracer('fixture').startActiveSpan(name, async (span) => {
    await work();
    if (trace.getSpan(context.active())?.spanContext().spanId !== span.spanContext().spanId) lost.push(name);
    span.end();
  });

async function main() {
  const { TABLE } = process.env;
  await below('setup', () =>
    prisma.$executeRawUnsafe(`CREATE TABLE ${TABLE} (id int PRIMARY KEY, name text)`),
  );
  try {
    await Promise.all(
      [1, 2, 3].map((n) =>
        below(`query ${n}`, () => prisma.bird.findMany({ where: { name: `canary-${n}` } })),
      ),
    );
    await Promise.all(
      [1, 2, 3].map((id) =>
        below(`transaction ${id}`, () =>
          prisma.$transaction((tx) => tx.bird.create({ data: { id, name: 'canary' } })),
        ),
      ),
    );
  } finally {
    await below('setup', () => prisma.$executeRawUnsafe(`DROP TABLE ${TABLE}`));
    await prisma.$disconnect();
  }
  console.log(JSON.stringify(lost));
}

main();
