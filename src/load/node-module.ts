/**
 * Node's `Module` class, as CommonJS files have it at hand.
 * Beside the first station of a span's way: `require('node:module')` would have Node read its source map and ES module
 * parts, 2 to 5 million instructions of every start, which only the hook for ES modules needs.
 */
import type { Module as NodeModule } from 'node:module';

type ModuleClass = typeof NodeModule & {
  isBuiltin(name: string): boolean;
  syncBuiltinESMExports(): void;
};

// A test runner may run this file with a module object of its own making.
const own = module.constructor as unknown as ModuleClass & { _load?: unknown };

export const Module: ModuleClass = typeof own._load === 'function' ? own : require('node:module').Module;
