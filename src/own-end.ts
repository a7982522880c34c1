/**
 * Hears of the calls with which a process ends itself, right before it is over: `process.exit`, and signals to itself.
 * Around a span's way: part of how it ends.
 *
 * Both are seen below the public function, in what Node keeps on `process` for it: the caller's stack stays as it is,
 * and listeners of `exit`, which may call `process.exit` again, have all been called.
 */

/** Signals that end a process unless somebody listens. SIGUSR2 is nodemon's. */
const FATAL = [
  ...['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2', 'SIGKILL', 'SIGQUIT', 'SIGABRT'],
  ...['SIGALRM', 'SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGTRAP'],
];

interface Process {
  reallyExit?: (code?: number) => never;
  _kill?: (pid: number, signal: number) => number;
}

const own = process as unknown as Process;

/** The name of a signal that ends a process. `os` is read here: most processes send themselves none. */
function fatal(signal: number): string | undefined {
  const { signals } = (require('node:os') as typeof import('node:os')).constants;
  return FATAL.find((name) => (signals as Record<string, number>)[name] === signal);
}

/** @returns a function that takes it back */
export function beforeExiting(then: (code: number | undefined) => void): () => void {
  const { reallyExit } = own;
  if (typeof reallyExit !== 'function') return () => {};
  const seen = function (this: unknown, code?: number): never {
    then(code);
    return reallyExit.call(this, code);
  };
  own.reallyExit = seen;
  return () => {
    if (own.reallyExit === seen) own.reallyExit = reallyExit;
  };
}

/** @returns a function that takes it back */
export function beforeKillingItself(then: (signal: string) => void): () => void {
  const { _kill: kill } = own;
  if (typeof kill !== 'function') return () => {};
  const seen = function (this: unknown, pid: number, signal: number): number {
    // 0 is for the process group, in which this process is.
    const name = pid === process.pid || pid === 0 || pid === -process.pid ? fatal(signal) : undefined;
    if (name !== undefined) then(name);
    return kill.call(this, pid, signal);
  };
  own._kill = seen;
  return () => {
    if (own._kill === seen) own._kill = kill;
  };
}
