// The processes of a run: the measured ones on a core of their own, everything else on the others.
import { fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readdirSync, realpathSync, renameSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cores = availableParallelism();
const canPin = cores > 1 && spawnSync('taskset', ['-p', String(process.pid)]).status === 0;

/** Where everything runs that isn't measured, as `taskset` takes it; undefined where nothing can be pinned. */
export const loadCores = canPin ? (cores === 2 ? '0' : `0-${cores - 2}`) : undefined;

/** For the report. */
export const pinning = canPin
  ? `measured processes on core ${cores - 1}, load and sinks on the other ${cores - 1}`
  : 'nothing pinned (one core, or no taskset)';

/** Moves this process, and so the children it starts from now on, off the measured core. */
export function pinSelf() {
  if (canPin) spawnSync('taskset', ['-acp', loadCores, String(process.pid)]);
}

/** The command and its arguments, on the measured core. */
export function pinned(command, args) {
  return canPin ? ['taskset', ['-c', String(cores - 1), command, ...args]] : [command, args];
}

/** This process's environment without what would change an agent's behaviour. */
export function plainEnv() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(TRACING_AGENT_|OTEL_|ELASTIC_|DD_|JAEGER_|NODE_)/.test(name),
    ),
  );
}

/** Counts what is sent, in a process of its own. */
export class Sinks {
  #child = fork(fileURLToPath(new URL('sink.mjs', import.meta.url)));
  #asked = new Map();
  #next = 0;

  constructor() {
    this.#child.on('message', ({ id, value }) => {
      this.#asked.get(id)(value);
      this.#asked.delete(id);
    });
    this.#child.on('exit', (code) => {
      if (code) throw new Error(`the sink ended with ${code}`);
    });
  }

  /** @returns ports */
  open(name) {
    return this.#ask({ act: 'open', name });
  }

  /** @returns spans and bytes that arrived since it was opened */
  read(name) {
    return this.#ask({ act: 'read', name });
  }

  /** Nothing more is taken under this name. */
  remove(name) {
    return this.#ask({ act: 'close', name });
  }

  /** Waits for so many spans; gives up once nothing came for `quiet` ms. @returns how many there are */
  async until(name, spans, quiet) {
    let last = (await this.read(name)).spans;
    for (let since = performance.now(); last < spans && performance.now() - since < quiet; ) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const now = (await this.read(name)).spans;
      if (now !== last) since = performance.now();
      last = now;
    }
    return last;
  }

  close() {
    this.#child.kill();
  }

  #ask(question) {
    const id = this.#next++;
    return new Promise((resolve) => {
      this.#asked.set(id, resolve);
      this.#child.send({ id, ...question });
    });
  }
}

let applications;

/**
 * Where the measured applications lie: beside their packages, as everybody's do. In the repository an agent that looks
 * what is installed would find the packages of the agent's own tests above them.
 */
export function applicationsFolder() {
  if (applications !== undefined) return applications;
  applications = fileURLToPath(new URL('apps', import.meta.url));
  const packages = fileURLToPath(new URL('node_modules', import.meta.url));
  if (!existsSync(packages)) return applications;
  const beside = join(dirname(realpathSync(packages)), 'apps');
  if (beside !== applications) bring(applications, beside);
  applications = beside;
  return applications;
}

/** A file is there whole or not at all: another run may be starting it. */
function bring(from, to) {
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(from)) {
    const whole = join(to, `${file}.${process.pid}`);
    copyFileSync(join(from, file), whole);
    renameSync(whole, join(to, file));
  }
}

/** One measured process: an application of apps/ under a subject. */
export class Measured {
  #child;
  #sinks;

  /** @param env on top of the subject's own @param under a command that runs it, and that command's arguments */
  static async start({ node, subject, app, sinks, sinkName, env = {}, task = {}, under = [] }) {
    const self = new Measured();
    self.subject = subject;
    self.sink = sinkName;
    self.#sinks = sinks;
    const ports = await sinks.open(sinkName);
    const folder = applicationsFolder();
    const path = join(folder, `${app}.cjs`);
    const [first, ...rest] = [...under, node, ...subject.preload, path];
    const [command, args] = pinned(first, rest);
    self.#child = spawn(command, args, {
      cwd: folder,
      env: {
        ...plainEnv(),
        ...subject.env(ports),
        OTEL_SERVICE_NAME: 'bench',
        DD_SERVICE: 'bench',
        ...env,
        BENCH_TASK: JSON.stringify({ ...task, proof: subject.proof }),
      },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let stderr = '';
    self.#child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    self.#child.once('exit', (code) => {
      self.ended = `${app} under ${subject.name} ended with ${code}: ${stderr.slice(-2000)}`;
      self.onEnd?.(new Error(self.ended));
    });
    self.port = (await self.#answer()).port;
    self.listeningAt = performance.now();
    const { runs } = await self.state();
    if (!runs) throw new Error(`${subject.name} did not start in ${app}: ${stderr.slice(-2000)}`);
    return self;
  }

  get pid() {
    return this.#child.pid;
  }

  /** CPU time in µs, memory in bytes, the agent's counters. */
  state() {
    return this.say('state');
  }

  async say(message) {
    this.#child.send(message);
    return await this.#answer();
  }

  async stop() {
    if (!this.ended) await this.#end();
    await this.#sinks.remove(this.sink);
  }

  async #end() {
    const gone = once(this.#child, 'exit');
    this.onEnd = undefined;
    this.#child.send('stop');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await gone;
    clearTimeout(timer);
  }

  #answer() {
    if (this.ended) throw new Error(this.ended);
    return new Promise((resolve, reject) => {
      this.onEnd = reject;
      this.#child.once('message', resolve);
    });
  }
}
