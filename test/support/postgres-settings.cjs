// How fixtures reach PostgreSQL by postgres.js, which has words of its own; pg reads the environment itself.
const { env } = process;

exports.postgresSettings = {
  host: env.PGHOST,
  port: Number(env.PGPORT),
  username: env.PGUSER,
  password: env.PGPASSWORD,
  database: env.PGDATABASE,
};
