// Hono's CommonJS build.
const { Hono } = require(process.env.LIBRARY);
const { serve } = require('@hono/node-server');
const { run } = require('./application.cjs');

run({ Hono, serve });
