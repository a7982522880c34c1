/**
 * Lets child processes and worker threads continue the trace that starts them, through their environment.
 * Second station of a span's way. Patched only where the settings ask for process traces.
 *
 * All ways that don't wait (spawn, exec, execFile, fork, cluster) meet in ChildProcess.prototype.spawn, whose
 * `envPairs` are what the child gets; those that wait each have their options; a Worker gets a copy of `process.env`.
 */
import type * as ChildProcessModule from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import type * as WorkerThreads from 'node:worker_threads';
import { wrap } from '../wrap';

const MARK = 'children';

/** Undefined values are to be taken out. */
type Variables = Readonly<Record<string, string | undefined>>;

interface ChildrenOptions {
  readonly childProcess: typeof ChildProcessModule;
  readonly workerThreads: typeof WorkerThreads;
  /** What a child that is started now has to find in its environment. */
  readonly variables: () => Variables;
  /** This process's own: what is the same in a child's was not set by the application for it. */
  readonly env: Variables;
  readonly fault: (error: unknown) => void;
}

export function patchChildren(options: ChildrenOptions): void {
  const { childProcess, workerThreads, variables, env, fault } = options;

  /** The child's variables; those that the application gives itself stay. */
  function merged(given: Variables): Variables {
    const result: Record<string, string | undefined> = { ...given };
    for (const [name, value] of Object.entries(variables())) {
      if (given[name] !== undefined && given[name] !== env[name]) continue;
      if (value === undefined) delete result[name];
      else result[name] = value;
    }
    return result;
  }

  wrap(childProcess.ChildProcess.prototype, 'spawn', MARK, (original) => {
    return function spawn(this: unknown, ...args: any[]) {
      try {
        const [to] = args;
        if (Array.isArray(to?.envPairs)) to.envPairs = withPairs(to.envPairs, merged(ofPairs(to.envPairs)));
      } catch (error) {
        fault(error);
      }
      return original.apply(this, args);
    };
  });
  for (const name of ['spawnSync', 'execFileSync', 'execSync'] as const) {
    wrap(childProcess, name, MARK, (original) => {
      return function (this: unknown, ...args: any[]) {
        return original.apply(this, contained(args, name === 'execSync' ? 1 : 2));
      };
    });
  }

  /** The arguments with an environment in the options; as they are where that fails. */
  function contained(args: any[], most: number): any[] {
    try {
      let at = 1;
      while (at < most && at < args.length && (Array.isArray(args[at]) || args[at] == null)) at++;
      const given = args[at];
      if (given !== undefined && given !== null && typeof given !== 'object') return args;
      const changed = [...args];
      while (changed.length < at) changed.push(undefined);
      changed[at] = { ...given, env: merged(given?.env ?? env) };
      return changed;
    } catch (error) {
      fault(error);
      return args;
    }
  }

  const { Worker } = workerThreads;
  (workerThreads as any).Worker = new Proxy(Worker, {
    construct(target, args, newTarget) {
      try {
        const given = args[1];
        // SHARE_ENV is a symbol: that worker has the process's own.
        if (given?.env === undefined || given.env === null || typeof given.env === 'object')
          args[1] = { ...given, env: merged(given?.env ?? env) };
      } catch (error) {
        fault(error);
      }
      return Reflect.construct(target, args, newTarget);
    },
  });
  syncBuiltinESMExports();
}

function ofPairs(pairs: readonly unknown[]): Variables {
  const result: Record<string, string> = {};
  for (const pair of pairs) {
    const text = String(pair);
    const equals = text.indexOf('=');
    if (equals > 0) result[text.slice(0, equals)] = text.slice(equals + 1);
  }
  return result;
}

/** The pairs as they were, but for ours. */
function withPairs(pairs: readonly unknown[], to: Variables): unknown[] {
  const ours = Object.keys(to).filter((name) => NAMES.has(name));
  const kept = pairs.filter((pair) => !NAMES.has(String(pair).split('=', 1)[0]!));
  return [...kept, ...ours.map((name) => `${name}=${to[name]}`)];
}

const NAMES = new Set(['TRACEPARENT', 'TRACESTATE', 'BAGGAGE', 'UBER_TRACE_ID']);
