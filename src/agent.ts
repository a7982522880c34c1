/**
 * The composition root: joins settings and the hooks on loading modules with the patches (`patching.ts`), and these, once
 * something is to be traced, with the rest of a span's way (`tracing.ts`).
 *
 *     load → patch → propagate → record → sample → send(batch → encode → transport)
 */
import { join } from 'node:path';
import type { Config, Options } from './config/config';
import { destinationText } from './config/destination';
import { readSurroundings, type Surroundings } from './config/environment';
import { givenVariables } from './config/given-variables';
import type { Resolved } from './config/resolve';
import { usualConfig } from './config/usual-config';
import { contained, fault } from './diagnostics/contain';
import { type Counters, counters } from './diagnostics/counters';
import { isHeard, report, setLogLevel } from './diagnostics/log';
import { timers } from './diagnostics/native-timers';
import { hookBuiltins } from './load/builtin-hook';
import type { EsModuleOptions } from './load/es-module-hook';
import { esModulesPresent } from './load/installed-packages';
import { inMainThread } from './load/loader-thread';
import { hookModules } from './load/module-hook';
import { Module } from './load/node-module';
import { otherAgent } from './load/other-agent';
import { type Match, TargetIndex } from './load/target-index';
import { builtins } from './patch/builtins';
import { chosenBy } from './patch/chosen';
import type { Library } from './patch/instrumentation';
import { Patcher } from './patch/patcher';
import type { BuiltinRow, PackageRow } from './patch/registry';
import type { Patching } from './patching';
import { registerGlobals } from './record/api-globals';
import type { ProcessEnd } from './record/process-trace';
import type { SamplingDecision } from './sample/decision-log';
import type { Tracing } from './tracing';
import { VERSION } from './version';

/** Milliseconds after the first span, when an application's libraries have loaded. */
const LOADED_AFTER = 2000;

/** Milliseconds until it is tried again to read what could not be read. */
const AGAIN_AFTER = 1000;

/** Milliseconds after the first patch, when most commands have ended and a server waits for its first request. */
const READY_AFTER = 1000;

/** A running agent. */
export interface Agent {
  readonly version: string;
  /** The folder it was loaded from, for messages. */
  readonly origin: string;
  readonly config: Config;
  /**
   * Resolves when what has ended was sent or counted as lost; never rejects.
   * @param limit in milliseconds; the setting `exportTimeoutMillis` where it isn't given
   */
  forceFlush(limit?: number): Promise<void>;
  /**
   * Sends at once what can be sent without the event loop; for `exit` handlers.
   * @param limit milliseconds for which the thread may stand still; none by default
   */
  flushNow(limit?: number): void;
  /** Sends what is left and undoes the hooks; patched libraries keep their patches, which then do nothing. */
  shutdown(): Promise<void>;
  health(): Readonly<Counters>;
  /** The process ends now: ends its span, where the settings ask for one, and those that are open. */
  endProcess(end: ProcessEnd): void;
  /** The last sampling decisions, the oldest first. */
  decisions(): readonly SamplingDecision[];
}

/**
 * Starts with settings from `code` and the environment. Undefined where it stands back.
 * @param origin the folder that it is loaded from, for messages
 * @param onTracing called when something is traced for the first time; may be before this function returns
 */
export function createAgent(code: Options, origin: string, onTracing: () => void): Agent | undefined {
  const surroundings = readSurroundings();
  const { config, problems } = resolved(surroundings, code);
  setLogLevel(config.logLevel);
  for (const problem of problems) report(problem.code, problem, problem.name);
  if (config.disabled) return undefined;
  const other = config.insist ? undefined : otherAgent(surroundings.env.NODE_OPTIONS);
  if (other !== undefined) {
    if (inMainThread()) report('TA_OTHER_AGENT', { other });
    return undefined;
  }

  let tracing: Tracing | undefined;
  // What needs the tracing while it is being read: reading it is itself a `require`, on which a built-in may be handed out.
  let waiting: (() => void)[] | undefined;
  let failed = false;
  let closed = false;
  /** Undefined where it fails, which is said, and tried again later; and where it is under way. */
  const load = (): Tracing | undefined => {
    if (tracing !== undefined || waiting !== undefined || failed || closed) return tracing;
    waiting = [];
    const late = waiting;
    try {
      const { createTracing } = require('./tracing') as typeof import('./tracing');
      tracing = createTracing(config, surroundings.env, !isBusy(config));
    } catch (error) {
      fault('record', error);
      failed = true;
      const again = contained('load', () => {
        failed = false;
      });
      timers.setTimeout(again, AGAIN_AFTER).unref();
    } finally {
      waiting = undefined;
    }
    if (tracing !== undefined) globals?.install(tracing);
    for (const work of late) work();
    if (tracing === undefined) return undefined;
    try {
      tracing.start();
      onTracing();
      timers
        .setTimeout(
          contained('load', () => reportBundle(surroundings.mainScript, rows(), index)),
          LOADED_AFTER,
        )
        .unref();
    } catch (error) {
      fault('record', error);
    }
    return tracing;
  };
  const globals = registerGlobals(load, config.insist);
  if (globals === undefined) {
    report('TA_API_REGISTERED');
    return undefined;
  }
  const wanted = chosenBy(config);
  let patching: Patching | undefined;
  const patcher = new Patcher((instrumentation) => {
    patching ??= readPatching(config, load);
    return patching.createTools(instrumentation);
  });
  const asked = ({ setting }: PackageRow) => setting === undefined || config[setting];
  let known: readonly PackageRow[] | undefined;
  const rows = (): readonly PackageRow[] => {
    known ??= libraries()
      .libraryRows()
      .filter((row) => asked(row) && wanted(row, row.onRequest === undefined));
    return known;
  };
  const index = new TargetIndex(rows);
  const unhook = hookLibraries(
    (row, exports, library) => {
      if (waiting === undefined) return patcher.apply(row, exports, library);
      waiting.push(() => patcher.apply(row, exports, library));
      return exports;
    },
    rows,
    index,
    builtins.filter((row) => wanted(row)),
    { when: config.esModules, threadFile: join(__dirname, 'es-module-thread.js'), ...surroundings },
  );

  // Its span begins with the process, and the children's environment names it.
  if (config.processSpan) load();

  if (namesAny(config)) {
    patchNamed(wanted, patcher);
    reportUnused(config.instrumentationOptions);
  }

  if (isHeard('info')) sayStarted(config);
  return {
    version: VERSION,
    origin,
    config,
    forceFlush: async (limit) => tracing?.processor.forceFlush(limit),
    flushNow: (limit) => tracing?.processor.flushNow(limit),
    health: () => ({ ...counters }),
    endProcess: (end) => tracing?.endProcess(end),
    decisions: () => tracing?.decisions() ?? [],
    async shutdown() {
      closed = true;
      unhook();
      globals.remove();
      patching?.retire();
      tracing?.stop();
      await tracing?.processor.shutdown();
    },
  };
}

/** The settings; the table of all of them is read where more is set than usually is. */
function resolved(surroundings: Surroundings, code: Options): Pick<Resolved, 'config' | 'problems'> {
  const variables = givenVariables(surroundings.env);
  const config = usualConfig(surroundings, code, variables);
  if (config !== undefined) return { config, problems: [] };
  const { resolveConfig } = require('./config/resolve') as typeof import('./config/resolve');
  return resolveConfig({ ...surroundings, code, variables });
}

/**
 * What patches need. The rest follows with the first call that asks for it, or soon by itself, so that no request waits
 * for it in a server that has stood for a second; at once where something is to go on besides the spans.
 */
function readPatching(config: Config, load: () => Tracing | undefined): Patching {
  const { createPatching } = require('./patching') as typeof import('./patching');
  if (isBusy(config)) load();
  else timers.setTimeout(contained('load', load), READY_AFTER).unref();
  return createPatching(config, () => load()?.tracer);
}

/**
 * Whether the agent has more to do than to wait for spans: it asks for sampling strategies, watches its own cost, sends
 * what an earlier process left in a spool, reads certificates; or whether it patches what reading its files may use.
 */
function isBusy(config: Config): boolean {
  const { sampler, exporter, exporterFallback, endpoint, maxOverhead, debugCreditsEndpoint } = config;
  return (
    sampler.type === 'remote' ||
    exporter.join() !== 'jaeger' ||
    exporterFallback.length > 0 ||
    endpoint !== undefined ||
    maxOverhead !== undefined ||
    debugCreditsEndpoint !== undefined ||
    namesAny(config)
  );
}

function sayStarted(config: Config): void {
  const { parentBased, type, argument } = config.sampler;
  report('TA_STARTED', {
    service: config.serviceName,
    destination: destinationText(config),
    sampler: `${parentBased ? 'parent-based ' : ''}${type}(${argument})`,
  });
}

/** Names libraries that are traced elsewhere, but are in the main script here, where no hook sees them. */
function reportBundle(
  file: string | undefined,
  rows: readonly PackageRow[],
  index: TargetIndex<PackageRow>,
): void {
  if (file === undefined) return;
  const { bundledLibraries } =
    require('./load/bundled-libraries') as typeof import('./load/bundled-libraries');
  const seen = index.seen();
  const names = rows.filter((row) => row.always === undefined).map((row) => row.module);
  const { libraries, isBundle } = bundledLibraries(
    file,
    names.filter((name) => !seen.includes(name)),
  );
  if (libraries.length > 0) report('TA_BUNDLED', { file, libraries: libraries.join(', ') });
  else if (isBundle && seen.length === 0) report('TA_BUNDLE', { file });
}

/** A part of Node as a library. */
function builtin(name: string): Library {
  return { name, version: process.versions.node, file: '', directory: '' };
}

/** The table of packages, read when it is first needed. */
function libraries(): typeof import('./patch/libraries') {
  return require('./patch/libraries') as typeof import('./patch/libraries');
}

/** Patches Node's own modules that nothing tells of: at once, but only those that are asked for by name. */
function patchNamed(wanted: ReturnType<typeof chosenBy>, patcher: Patcher): void {
  const named = libraries()
    .builtinRowsByName()
    .filter((row) => wanted(row, false));
  for (const row of named) patcher.apply(row, require(row.module), builtin(row.module));
  if (named.length > 0) Module.syncBuiltinESMExports();
}

/** Whether the settings name an instrumentation that is to be used. */
function namesAny(config: Config): boolean {
  const { enabledInstrumentations, additionalInstrumentations, instrumentationOptions } = config;
  return (
    enabledInstrumentations !== undefined ||
    additionalInstrumentations.length > 0 ||
    Object.keys(instrumentationOptions).length > 0
  );
}

/** Options are for OpenTelemetry's instrumentations; any other name is a misspelling, or one of our own. */
function reportUnused(options: Config['instrumentationOptions']): void {
  const names = libraries().contribNames();
  for (const [instrumentation, { enabled: _, ...rest }] of Object.entries(options)) {
    if (!names.includes(instrumentation) && Object.keys(rest).length > 0)
      report('TA_OPTIONS_UNUSED', { instrumentation, names: names.join(', ') }, instrumentation);
  }
}

/** Hears of each library and each of Node's own modules that loads. @returns a function that takes the hooks out */
function hookLibraries(
  apply: Patcher['apply'],
  rows: () => readonly PackageRow[],
  index: TargetIndex<PackageRow>,
  builtinRows: readonly BuiltinRow[],
  esModules: EsModuleOptions,
): () => void {
  const unhookBuiltins = hookBuiltins(builtinRows, (exports, row) => {
    apply(row, exports, builtin(row.module));
  });
  const onModule = (exports: unknown, match: Match<PackageRow>): unknown => {
    let patched = exports;
    for (const row of match.targets) patched = apply(row, patched, match);
    return patched;
  };
  const unhookModules = hookModules(index, onModule);
  let unhookEsModules: (() => void) | undefined;
  // Asked here, so that the hook's files are read only where it is installed.
  if (esModulesPresent(rows, esModules).length > 0) {
    const { hookEsModules } = require('./load/es-module-hook') as typeof import('./load/es-module-hook');
    unhookEsModules = hookEsModules(rows(), index, onModule, esModules);
  }
  return () => {
    unhookBuiltins();
    unhookModules();
    unhookEsModules?.();
  };
}
