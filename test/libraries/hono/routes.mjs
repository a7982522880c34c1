// Hono's ES module build.
import { serve } from '@hono/node-server';
import { run } from './application.cjs';

const { Hono } = await import(process.env.LIBRARY);

await run({ Hono, serve });
