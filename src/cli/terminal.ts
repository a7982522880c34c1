/**
 * How the command line speaks: results on stdout, progress and notes on stderr, colours only where a person reads.
 * Beside a span's way: every command writes through it.
 */
import { readSurroundings } from '../config/environment';

const COLOURS = { red: 31, green: 32, yellow: 33, cyan: 36, dim: 2, bold: 1 } as const;
export type Colour = keyof typeof COLOURS;

interface Stream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Coloured where `stream` is a terminal that shows colours. https://no-color.org/ */
export function paint(text: string, colour: Colour, stream: Stream = process.stdout): string {
  const { NO_COLOR, TERM } = readSurroundings().env;
  if (stream.isTTY !== true || (NO_COLOR ?? '') !== '' || TERM === 'dumb') return text;
  return `\x1b[${COLOURS[colour]}m${text}\x1b[0m`;
}

/** A result. */
export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** What is no part of the result. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Says that something takes its time. */
export function progress(line: string): void {
  process.stderr.write(`${paint(`… ${line}`, 'dim', process.stderr)}\n`);
}

/** Ends a command with a line on stderr and an exit code, without a stack. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
