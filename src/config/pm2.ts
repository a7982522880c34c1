/**
 * Finds the application that pm2 starts behind a file of its own: its script and, in cluster mode, its variables.
 * Beside a span's way: without it the service would have pm2's name, or that of the folder pm2 is in.
 *
 * Children of the application inherit pm2's variables, so that these count only where pm2's file is the main script.
 */
import type { Environment } from './parser';

interface Started {
  readonly mainScript: string | undefined;
  readonly env: Environment;
}

const FILE = /[\\/]pm2[\\/]lib[\\/]ProcessContainer(Fork)?\.js$/;

/** What was given, unless the script is pm2's. */
export function behindPm2(mainScript: string | undefined, env: Environment): Started {
  // Nearly always so, and V8 spends more on the expression than on the rest of this function.
  if (mainScript?.includes('ProcessContainer') !== true || !FILE.test(mainScript)) return { mainScript, env };
  const all = withClusters(env);
  return { mainScript: all.pm_exec_path ?? mainScript, env: all };
}

/** In cluster mode the variables are JSON in one of them until pm2's file has run; Node has read its options before. */
function withClusters(env: Environment): Environment {
  if (env.pm2_env === undefined) return env;
  try {
    const given = Object.entries(JSON.parse(env.pm2_env) as object);
    const plain = given.filter(([, value]) => value !== null && typeof value !== 'object');
    const texts = plain.map(([name, value]) => [name, String(value)]);
    return { ...env, ...Object.fromEntries(texts), NODE_OPTIONS: env.NODE_OPTIONS };
  } catch {
    return env;
  }
}
