// NestJS 8 to 11 in a folder of their own each, by CommonJS: SET is its name.
const { realpathSync } = require('node:fs');
const { createRequire } = require('node:module');
const { run } = require('./application.cjs');

const ask = createRequire(realpathSync(require.resolve(`${process.env.SET}/package.json`)));
ask('reflect-metadata');
run({
  common: ask('@nestjs/common'),
  core: ask('@nestjs/core'),
  platform: ask(`@nestjs/platform-${process.env.PLATFORM}`),
});
