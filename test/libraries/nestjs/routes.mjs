// NestJS 12, whose packages are ES modules.
import 'reflect-metadata';
import * as common from '@nestjs/common';
import * as core from '@nestjs/core';
import { run } from './application.cjs';

const platform = await import(`@nestjs/platform-${process.env.PLATFORM}`);
await run({ common, core, platform });
