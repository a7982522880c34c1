/**
 * The executable `tracing-agent`: reads the command line and ends with its exit code.
 * Beside a span's way: what a person starts.
 */
import { program } from './commands';
import { CommandError, note } from './terminal';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // What `head` and its like do to a pipe is no failure.
  if (error.code === 'EPIPE') process.exit(0);
  note(`tracing-agent: stdout can't be written: ${error.message}`);
  process.exit(1);
});
// Nobody reads the notes any more; the command that runs must not end by that.
process.stderr.on('error', () => {});
// An exported NODE_OPTIONS brings the agent in here, too: the command line's own requests are nobody's traces.
const running: { shutdown(): Promise<void> } | undefined = (globalThis as any)[
  Symbol.for('tracing-agent.running')
];
void (running?.shutdown() ?? Promise.resolve())
  .then(() => program.parseAsync())
  .catch((error: Error & { code?: string; exitCode?: number }) => {
    // Commander has said it already.
    if (error.code?.startsWith('commander.')) return;
    note(`tracing-agent: ${error instanceof CommandError ? error.message : (error.stack ?? String(error))}`);
    process.exitCode = error instanceof CommandError ? error.exitCode : 1;
  });
