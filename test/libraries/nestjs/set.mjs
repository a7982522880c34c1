// As set.cjs, for the NestJS whose packages are ES modules.
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { run } from './application.cjs';

const own = createRequire(import.meta.url);
const ask = createRequire(realpathSync(own.resolve(`${process.env.SET}/package.json`)));
const load = (name) => import(pathToFileURL(ask.resolve(name)));
await load('reflect-metadata');
await run({
  common: await load('@nestjs/common'),
  core: await load('@nestjs/core'),
  platform: await load(`@nestjs/platform-${process.env.PLATFORM}`),
});
