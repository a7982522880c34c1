// Hono's ES module build.
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { run } from './application.cjs';

await run({ Hono, serve });
