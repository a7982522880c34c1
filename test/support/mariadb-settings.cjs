// How fixtures reach MariaDB, in the words that all of its clients have for it.
const { env } = process;

exports.mariadbSettings = {
  host: env.MYSQL_HOST,
  port: Number(env.MYSQL_PORT),
  user: env.MYSQL_USER,
  password: env.MYSQL_PASSWORD,
  database: env.MYSQL_DATABASE,
};
