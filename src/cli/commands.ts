/**
 * The commands of `tracing-agent`, their options and help: the one table that parser, completion and docs are made from.
 * Beside a span's way: what a person types.
 */
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { VERSION } from '../version';
import { completionScript, type Shell, shells } from './completion';
import { type ConfigOptions, printConfig } from './config-command';
import { type DoctorOptions, doctor, status } from './doctor/doctor';
import { type HeadersOptions, printHeaders } from './headers';
import { type RunOptions, run, type TraceOptions, traceCommand } from './run';
import { print } from './terminal';
import { type Port, type ViewOptions, view } from './view';

const UI = ['--ui <url>', "the address of Jaeger's page, for links"] as const;
const JSON_OUTPUT = ['--json', 'print JSON on stdout'] as const;
const DOCTOR_EXIT =
  '\nExit codes: 0 traces will arrive, 1 they will not, 2 the command line is wrong, 3 it cannot be told.';

export const program = new Command('tracing-agent')
  .description('Traces of Node.js applications for Jaeger: run one, look what keeps traces away, see them')
  .version(VERSION)
  .enablePositionalOptions()
  .showHelpAfterError('(tracing-agent <command> --help says more)')
  // What is wrong with the command line: as in most shells' own commands.
  .exitOverride((error) => {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    throw error;
  });

withSettings(command('run', 'start a command with the agent in its Node processes'))
  .argument('<command...>', 'such as: -- node app.js, or: -- npm start')
  .option('--trace', 'make the command one trace of its own, always sampled, and print its id')
  .option('--view', 'start the local viewer, and send traces there')
  .option('--no-open', 'do not open the viewer in a browser')
  .option(...UI)
  .addHelpText(
    'after',
    '\nNODE_OPTIONS is kept, with the agent in front. Signals go on to the command; the exit code is its own\n(126 it cannot be started, 127 there is no such command).\n\n  $ tracing-agent run --service shop -- node app.js\n  $ tracing-agent run --trace -- npm run import',
  )
  .action((words: string[], options: RunOptions) => run(words, options));

withSettings(command('trace', 'start a command, such as curl, as the root of a trace'))
  .argument('<command...>', 'such as: -- curl http://localhost:8080/')
  .addOption(format())
  .option(...UI)
  .addHelpText(
    'after',
    '\ncurl gets the headers; any command gets TRACEPARENT and UBER_TRACE_ID. When it has ended, its span is sent.\n\n  $ tracing-agent trace -- curl http://localhost:8080/orders/mug',
  )
  .action((words: string[], options: TraceOptions) => traceCommand(words, options));

command('headers', 'print headers that begin a trace, ready for curl')
  .option('--debug-id <text>', 'begin a debug trace that can be found by this text')
  .addOption(format())
  .option('--service <name>', 'the service that is called, for the link to a debug trace')
  .option(...UI)
  .option(...JSON_OUTPUT)
  .addHelpText(
    'after',
    '\nHeaders go to stdout; the trace id and its link to stderr.\n\n  $ tracing-agent headers | curl -H @- http://localhost:8080/\n  $ curl -H "$(tracing-agent headers --debug-id checkout-42)" http://localhost:8080/',
  )
  .action((options: HeadersOptions) => printHeaders(options));

withSettings(command('doctor', 'look for what keeps traces from arriving'))
  .argument('[command...]', 'the application, such as: -- node app.js')
  .option('--query <url>', "the address of Jaeger's page or query API: the test span is looked for there")
  .option('--trace-id <id>', 'instead: say what is missing in this trace (with --query)')
  .option('--wait <seconds>', 'how long the application may run', seconds, 10)
  .option(...JSON_OUTPUT)
  .addHelpText(
    'after',
    `${DOCTOR_EXIT}\n\n  $ tracing-agent doctor --query http://localhost:16686 -- node app.js\n  $ tracing-agent doctor --query http://localhost:16686 --trace-id 4bf92f3577b34da6a3ce929d0e0e4736`,
  )
  .action(async (words: string[], options: DoctorOptions) => {
    process.exitCode = await doctor(words, options);
  });

withSettings(command('status', "doctor's short form: one line a check"))
  .option('--query <url>', "the address of Jaeger's page or query API")
  .option(...JSON_OUTPUT)
  .addHelpText('after', DOCTOR_EXIT)
  .action(async (options: DoctorOptions) => {
    process.exitCode = await status(options);
  });

withSettings(command('config', 'print the settings that hold here, each with its source'))
  .argument('[setting...]', 'explain these, by name or variable')
  .addOption(
    new Option('--env <kind>', 'print a block for a service instead').choices([
      'shell',
      'docker',
      'kubernetes',
    ]),
  )
  .option('--changed', 'only those that are not the default')
  .option(...JSON_OUTPUT)
  .addHelpText(
    'after',
    '\nSecrets are never shown.\n\n  $ tracing-agent config endpoint JAEGER_AGENT_HOST\n  $ tracing-agent config --env kubernetes',
  )
  .action((names: string[], options: ConfigOptions) => printConfig(names, options));

command('view', 'start the local viewer: receivers, query API and page in one process')
  .option('--host <address>', 'the address to listen on (default: 127.0.0.1)')
  .option('--port <number>', 'of the page and the query API (default: 16686)', port)
  .option('--compact-port <number>', 'UDP, Thrift compact (default: 6831); "off" leaves it out', portOrOff)
  .option('--binary-port <number>', 'UDP, Thrift binary (default: 6832)', portOrOff)
  .option('--http-port <number>', 'HTTP, Thrift (default: 14268)', portOrOff)
  .option('--otlp-port <number>', 'OTLP over HTTP (default: 4318)', portOrOff)
  .option('--sampling-port <number>', 'sampling strategies (default: 5778)', portOrOff)
  .option('--strategies <path>', 'a file of sampling strategies, as Jaeger reads it')
  .option('--links <path>', "a file of patterns that make links of tags, as in Jaeger UI's configuration")
  .option('--memory <megabytes>', 'for traces; the oldest go first (default: 256)', megabytes)
  .option('--file <path>', 'keep traces in this file across restarts')
  .option('--open', 'open the page in a browser')
  .option('--json', 'print the addresses as JSON on stdout')
  .action((options: ViewOptions) => view(options));

command('completion', 'print a completion script')
  .addArgument(new Argument('<shell>').choices(shells))
  .addHelpText('after', '\n  $ source <(tracing-agent completion bash)')
  .action((shell: Shell) => print(completionScript(program, shell).trimEnd()));

function command(name: string, description: string): Command {
  return program.command(name).description(description).passThroughOptions();
}

function withSettings(to: Command): Command {
  return to
    .option('--service <name>', "the service's name")
    .option('--exporter <list>', 'jaeger, otlp, console, or several of them')
    .option('--agent <host[:port]>', 'the Jaeger agent, for UDP')
    .option('--endpoint <url>', 'the Jaeger collector, for HTTP')
    .option('--sampler <name>', 'such as always_on, probabilistic, ratelimiting, remote')
    .option('--sampler-argument <number>', "the sampler's argument");
}

function format(): Option {
  return new Option('--format <name>', 'the headers to write').choices(['uber', 'w3c', 'b3']).default('uber');
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 3600))
    throw new InvalidArgumentError('a number of seconds up to 3600 is needed');
  return value;
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('a port is needed');
  return value;
}

function portOrOff(text: string): Port {
  return text === 'off' ? false : port(text);
}

function megabytes(text: string): number {
  const value = Number(text);
  if (!(value >= 1 && value <= 1_000_000)) throw new InvalidArgumentError('a number of megabytes is needed');
  return value;
}
