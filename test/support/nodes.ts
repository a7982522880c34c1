/**
 * The Node.js versions that tests start applications on: this process's own, and those in the cache folder.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { cacheFolder, servicesRequired } from './cache';
import matrix from './matrix.json';

export interface NodeVersion {
  /** '18', '20', '22', '24' or '26'; of a floor the full version. */
  name: string;
  /** The executable, absolute. */
  path: string;
}

/** The majors that are there, oldest first; all of them with REQUIRE_SERVICES=1. */
export const nodes: NodeVersion[] = found(matrix.nodes);

/** The oldest releases that are supported (18.19.0, 20.6.1), where they are there. */
export const floorNodes: NodeVersion[] = found(matrix.floors);

/** One version by name; undefined where it isn't there. */
export function nodeNamed(name: string): NodeVersion | undefined {
  return nodes.find((each) => each.name === name) ?? floorNodes.find((each) => each.name === name);
}

/**
 * The OpenTelemetry SDK of the 3.x line with its API, installed in the cache folder since it can't be a development
 * dependency: this package's own Node.js range is wider than its.
 */
export const sdkNode3 = {
  version: matrix.sdkNode3.version,
  /** A path in the folder it is installed in, for `createRequire`. */
  application: join(cacheFolder, `sdk-node-${matrix.sdkNode3.version}`, 'application.js'),
  node: { name: matrix.sdkNode3.node, path: locate(matrix.sdkNode3.node) },
  /** False where it isn't there: the test is then skipped, or fails with REQUIRE_SERVICES=1. */
  needs(t: Pick<TestContext, 'skip'>): boolean {
    const installed = join(sdkNode3.application, '../node_modules', matrix.sdkNode3.package, 'package.json');
    const missing = [installed, sdkNode3.node.path].filter((each) => !existsSync(each));
    if (missing.length === 0) return true;
    const reason = `${missing.join(' and ')} not found: run "npm run nodes"`;
    if (servicesRequired) throw new Error(`REQUIRE_SERVICES=1: ${reason}`);
    t.skip(reason);
    return false;
  },
};

function found(names: string[]): NodeVersion[] {
  const all = names.map((name) => ({ name, path: locate(name) }));
  const missing = all.filter((each) => !existsSync(each.path)).map((each) => each.name);
  if (missing.length > 0 && servicesRequired) {
    throw new Error(`Node.js ${missing.join(', ')} not found in ${cacheFolder}/node: run "npm run nodes"`);
  }
  return all.filter((each) => !missing.includes(each.name));
}

function locate(name: string): string {
  const own = process.versions.node;
  if (name === own || name === own.split('.')[0]) return process.execPath;
  return join(cacheFolder, 'node', name, 'node_modules', 'node', 'bin', 'node');
}
