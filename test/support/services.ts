/**
 * The real servers that tests talk to: where they are, and whether they are there.
 */
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import type { TestContext } from 'node:test';
import { servicesRequired } from './cache';
import { jaegerBinary } from './jaeger-binary';

const env = process.env;

/** Addresses from the clients' own env variables, else the standard ports of this machine. */
export const services = {
  postgres: {
    host: env.PGHOST || '127.0.0.1',
    port: Number(env.PGPORT || 5432),
    user: env.PGUSER || 'postgres',
    password: env.PGPASSWORD || '',
    database: env.PGDATABASE || 'test',
  },
  mariadb: {
    host: env.MYSQL_HOST || '127.0.0.1',
    port: Number(env.MYSQL_PORT || 3306),
    user: env.MYSQL_USER || 'root',
    password: env.MYSQL_PASSWORD || '',
    database: env.MYSQL_DATABASE || 'test',
  },
  redis: {
    host: env.REDIS_HOST || '127.0.0.1',
    port: Number(env.REDIS_PORT || 6379),
  },
  rabbitmq: {
    host: env.RABBITMQ_HOST || '127.0.0.1',
    port: Number(env.RABBITMQ_PORT || 5672),
  },
};

/** The same addresses as env variables, as fixtures read them. */
export const serviceEnv: Record<string, string> = {
  PGHOST: services.postgres.host,
  PGPORT: String(services.postgres.port),
  PGUSER: services.postgres.user,
  PGPASSWORD: services.postgres.password,
  PGDATABASE: services.postgres.database,
  MYSQL_HOST: services.mariadb.host,
  MYSQL_PORT: String(services.mariadb.port),
  MYSQL_USER: services.mariadb.user,
  MYSQL_PASSWORD: services.mariadb.password,
  MYSQL_DATABASE: services.mariadb.database,
  REDIS_HOST: services.redis.host,
  REDIS_PORT: String(services.redis.port),
  RABBITMQ_HOST: services.rabbitmq.host,
  RABBITMQ_PORT: String(services.rabbitmq.port),
};

export type ServiceName = 'postgres' | 'mariadb' | 'redis' | 'rabbitmq' | 'jaeger';

const HOW: Record<ServiceName, string> = {
  postgres: 'start PostgreSQL there, or set PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE',
  mariadb: 'start MariaDB there, or set MYSQL_HOST, MYSQL_PORT, MYSQL_USER, MYSQL_PASSWORD, MYSQL_DATABASE',
  redis: 'start Redis there, or set REDIS_HOST, REDIS_PORT',
  rabbitmq: 'start RabbitMQ there, or set RABBITMQ_HOST, RABBITMQ_PORT',
  jaeger: 'build it with "npm run jaeger" (about 3 minutes, needs Go)',
};

const missing = new Map<ServiceName, Promise<string | undefined>>();

/**
 * Whether all named services are there. Where one isn't, the test is skipped with the reason and how to get it;
 * with REQUIRE_SERVICES=1 it fails instead.
 */
export async function needs(t: Pick<TestContext, 'skip'>, ...names: ServiceName[]): Promise<boolean> {
  for (const name of names) {
    let asked = missing.get(name);
    if (asked === undefined) {
      asked = whatIsMissing(name);
      missing.set(name, asked);
    }
    const reason = await asked;
    if (reason === undefined) continue;
    const text = `${reason}; ${HOW[name]}`;
    if (servicesRequired) throw new Error(`REQUIRE_SERVICES=1: ${text}`);
    t.skip(text);
    return false;
  }
  return true;
}

async function whatIsMissing(name: ServiceName): Promise<string | undefined> {
  if (name === 'jaeger') return existsSync(jaegerBinary) ? undefined : `no Jaeger at ${jaegerBinary}`;
  const { host, port } = services[name];
  const error = await reach(host, port);
  return error && `no ${name} at ${host}:${port} (${error})`;
}

/** Undefined once a TCP connection stands, else what went wrong. */
function reach(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const done = (error?: string) => {
      socket.destroy();
      resolve(error);
    };
    socket.setTimeout(5000, () => done('no answer in 5 s'));
    socket.once('connect', () => done());
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
  });
}
