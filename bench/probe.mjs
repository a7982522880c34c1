// Says how fast the measured core is at this moment: a process beside the measured ones, which does a fixed piece of work
// whenever it is asked to. What other guests of the machine take of it (the sibling of the core, its caches) comes and goes
// within seconds and makes the same request cost half as much again; turns of a bench are chosen by what the probe took
// around them, never by what they took themselves.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pinned } from './processes.mjs';

/** Bytes that are walked through, as a server's garbage is: more than a core's own caches hold. */
const NUMBERS = 1 << 15;
const OBJECTS = 20_000;
/** Some 3 ms on a calm core. */
const PASSES = 40;

export class Probe {
  #child = spawn(...pinned(process.execPath, [fileURLToPath(import.meta.url), 'work']), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });

  /** @returns milliseconds that the work took */
  async ask() {
    this.#child.send('work');
    const [took] = await once(this.#child, 'message');
    return took;
  }

  close() {
    this.#child.kill();
  }
}

if (process.argv[2] === 'work' && process.send !== undefined) {
  const numbers = Float64Array.from({ length: NUMBERS }, (_, at) => at * 1.1);
  const objects = Array.from({ length: OBJECTS }, (_, at) => ({ at, text: `object ${at}` }));
  const work = () => {
    let sum = 0;
    for (let pass = 0; pass < PASSES; pass++) {
      for (let at = 0; at < NUMBERS; at++) sum += numbers[at] * pass;
      for (const { at, text } of objects) sum += at + text.length;
    }
    return sum;
  };
  for (let time = 0; time < 20; time++) work();
  process.on('message', () => {
    // The first pass after others ran brings the caches back.
    work();
    const begun = performance.now();
    work();
    process.send(performance.now() - begun);
  });
  process.on('disconnect', () => process.exit());
}
