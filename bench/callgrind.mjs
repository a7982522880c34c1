// Reads what valgrind's callgrind has counted: of a process, or of each of its functions, V8's compiled ones by name.
// https://valgrind.org/docs/manual/cl-format.html
import { readFileSync } from 'node:fs';

/** All that is counted in a file that callgrind wrote, by event: `Ir` are instructions; NaN where it wrote no totals. */
export function totals(file) {
  const text = readFileSync(file, 'utf8');
  const counts = /^totals: ([\d ]+)/m.exec(text)?.[1].trim().split(' ') ?? [];
  const events = /^events: (.+)/m.exec(text)?.[1].trim().split(' ') ?? [];
  return Object.fromEntries(events.map((event, at) => [event, Number(counts[at])]));
}

/**
 * Instructions of each function itself, without what it calls.
 * @param map the file that Node writes with --perf-basic-prof: where V8 put which function
 */
export function functions(file, map) {
  const compiled = compiledFunctions(map);
  const names = new Map();
  const counts = new Map();
  let current;
  let isCall = false;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line.startsWith('fn=')) current = nameOf(line.slice(3));
    // The name may be given here first.
    else if (line.startsWith('cfn=')) nameOf(line.slice(4));
    else if (line.startsWith('calls=')) isCall = true;
    else if (/^[\d+*-]/.test(line)) {
      // The line behind a call has what the called function took, which is counted there.
      if (!isCall) counts.set(current, (counts.get(current) ?? 0) + Number(line.split(' ')[1]));
      isCall = false;
    }
  }
  return counts;

  /** `(12) name` the first time, then `(12)`. */
  function nameOf(text) {
    const [, id, given] = /^\((\d+)\)(?: (.*))?$/.exec(text);
    if (given !== undefined) {
      // Behind the name the file; recursion is numbered.
      const name = given.replace(/ \[.*$/, '').replace(/'\d+$/, '');
      names.set(id, name.startsWith('0x') ? compiled(Number(name)) : name);
    }
    return names.get(id);
  }
}

/** @returns the name by an address; the latest, where V8 has used the place again */
function compiledFunctions(map) {
  const ranges = readFileSync(map, 'utf8')
    .split('\n')
    .flatMap((line, order) => {
      const [, start, size, name] = /^([\da-f]+) ([\da-f]+) (.*)$/.exec(line) ?? [];
      if (name === undefined) return [];
      const from = Number.parseInt(start, 16);
      // `JS:*name` is optimised, and `^`, `'` and `~` are less so.
      return [
        { from, to: from + Number.parseInt(size, 16), order, name: name.replace(/^(\w+:)[*^~'+]/, '$1') },
      ];
    });
  return (address) => {
    const fitting = ranges.filter(({ from, to }) => from <= address && address < to);
    return fitting.sort((a, b) => b.order - a.order)[0]?.name ?? 'compiled code';
  };
}
