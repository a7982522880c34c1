// An application of more than 1,000 modules as packages have them, loaded and then at its end: Express, pg, ioredis, and as
// the biggest part OpenTelemetry's SDK, of which nothing is started.
for (const name of ['express', 'pg', 'ioredis', '@opentelemetry/sdk-node']) require(name);
