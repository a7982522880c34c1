/**
 * Prisma 7 under the agent, on a real PostgreSQL: its adapter works on pg, so each query is exactly one span, below the
 * caller whose query it is, also in transactions. Prisma itself isn't patched.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { libraryFolder, needsLibrary } from '../../support/libraries';
import { needs } from '../../support/services';
import { outline } from '../../support/span-outline';
import { traceApp } from '../../support/trace-app';

const table = `tracing_agent_prisma_${process.pid}`;
const schema = `
generator client {
  provider = "prisma-client-js"
  output   = "./client"
}
datasource db {
  provider = "postgresql"
}
model Bird {
  id   Int    @id
  name String
  @@map("${table}")
}
`;

test('each query is one span below its caller, also in transactions and from a pool of one connection', async (t) => {
  if (!needsLibrary(t, 'prisma', '@prisma/client', '@prisma/adapter-pg', 'pg')) return;
  if (!(await needs(t, 'postgres'))) return;
  const prisma = libraryFolder('prisma')!;
  const folder = mkdtempSync(join(tmpdir(), 'tracing-agent-prisma-'));
  try {
    symlinkSync(dirname(prisma), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{}');
    writeFileSync(join(folder, 'schema.prisma'), schema);
    const cli = join(prisma, 'build', 'index.js');
    const generated = spawnSync(process.execPath, [cli, 'generate', '--schema', 'schema.prisma'], {
      cwd: folder,
      encoding: 'utf8',
      // Generating doesn't run the schema engine, but would fetch it where none is named.
      env: { ...process.env, CHECKPOINT_DISABLE: '1', PRISMA_SCHEMA_ENGINE_BINARY: process.execPath },
    });
    assert.equal(generated.status, 0, generated.stdout + generated.stderr);

    const run = await traceApp(join(__dirname, 'application.cjs'), {
      env: { CLIENT: join(folder, 'client'), TABLE: table },
    });
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.stderr, '');
    assert.equal(run.stdout.trim(), '[]', "a caller's span is not active");
    assert.equal(JSON.stringify(run.spans).includes('canary'), false, 'a value got out');
    const found = Object.entries(outline(run.spans)).map(([caller, lines]) => [
      caller,
      lines.map((line) => line.split(' ')[0]),
    ]);
    const transaction = ['BEGIN', 'COMMIT', 'INSERT'];
    assert.deepEqual(Object.fromEntries(found), {
      setup: ['CREATE', 'DROP'],
      'query 1': ['SELECT'],
      'query 2': ['SELECT'],
      'query 3': ['SELECT'],
      'transaction 1': transaction,
      'transaction 2': transaction,
      'transaction 3': transaction,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
