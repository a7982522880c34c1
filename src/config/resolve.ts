/**
 * Finds the value of every setting: from code, the environment, Kubernetes, the file, or the default.
 * Beside a span's way: read at start where more is set than `usual-config.ts` knows. Pure but for `readFile`, and it never
 * throws.
 */
import type { Config, Mutable, OptionName, Settings } from './config';
import type { Surroundings } from './environment';
import { givenVariables } from './given-variables';
import { switchesIn } from './instrumentation-switches';
import { type Discovered, discoverServices, type Found } from './kubernetes';
import { optionNames, options } from './options';
import { findPackageName, type ReadFile } from './package-name';
import { yesOrNo } from './parse-word';
import type { Environment } from './parser';
import { type Problem, ProblemList } from './problem';
import { type Given, joinProcessAttributes } from './process-attributes';
import { joinSampler } from './sampler-setting';
import { settleDestination } from './settle-destination';
import { kindOfVariable, outranks, type Source, type SourceKind } from './source';
import { unknownOptions, unknownVariables } from './unknown-names';

interface ResolveInput extends Partial<Surroundings> {
  /** What `start(options)` was given. */
  readonly code?: unknown;
  /** As `givenVariables` picks them from `env`, where that is done. */
  readonly variables?: Environment;
}

export interface Resolved {
  readonly config: Config;
  /** Where each setting's value came from; the sampler's argument and `enable` have theirs too. */
  readonly sources: Readonly<Record<OptionName, Source>>;
  /** Each is to be reported once. */
  readonly problems: readonly Problem[];
}

type Values = Readonly<Record<string, unknown>>;

interface Candidate extends Source {
  readonly value: unknown;
}

/** Not simply the first candidate that is usable, or needed earlier. */
const APART: readonly OptionName[] = [
  'configFile',
  'agentHost',
  'resourceAttributes',
  'tags',
  'samplerArgument',
  'otlpProtocol',
];
const DEFAULT: Source = { kind: 'default', name: 'default' };

export function resolveConfig(input: ResolveInput = {}): Resolved {
  return new Resolution(input).run();
}

class Resolution {
  /** The variables that may be ours, picked out once: each look at `process.env` is a call into the C library. */
  readonly #env: Environment;
  readonly #code: Values;
  #discovered: Discovered;
  readonly #problems: ProblemList;
  readonly #input: ResolveInput;
  readonly #settings = {} as Mutable<Settings>;
  readonly #sources = {} as Record<OptionName, Source>;
  #file: Values = {};
  #filePath = '';

  constructor(input: ResolveInput) {
    this.#input = input;
    this.#env = input.variables ?? givenVariables(input.env ?? {});
    this.#problems = new ProblemList(input.env ?? {});
    this.#code = this.#readCode(input.code);
    this.#discovered = discoverServices(this.#env);
  }

  run(): Resolved {
    const settings = this.#settings;
    const sources = this.#sources;
    this.#take('configFile');
    this.#readConfigFile();
    this.#take('agentHost');
    // A discovered port belongs to the discovered host, and to no other.
    if (sources.agentHost.kind !== 'kubernetes') this.#discovered = { endpoint: this.#discovered.endpoint };
    for (const name of optionNames) if (!APART.includes(name)) this.#take(name);
    this.#take('otlpProtocol', []);
    this.#takeSwitches();
    this.#takeProcessAttributes();
    const sampler = this.#takeSampler();
    settleDestination(settings, sources);
    if (settings.exporter.length === 0 && !settings.disabled) {
      settings.disabled = true;
      sources.disabled = sources.exporter;
    }
    this.#limitBatch();
    const { exporter, exporterFallback } = settings;
    // Set for everything in a pod, it says nothing to who doesn't send OTLP.
    if (exporter.includes('otlp') || exporterFallback.includes('otlp')) this.#take('otlpProtocol');
    this.#nameService();
    for (const { name, suggestion } of unknownVariables(this.#env)) this.#problems.unknown(name, suggestion);
    const { samplerArgument: _, enable: __, ...rest } = settings;
    return { config: { ...rest, sampler }, sources, problems: this.#problems.finish(settings, sources) };
  }

  /** Everything that is set for an option, highest precedence first. */
  #candidates(option: OptionName): Candidate[] {
    const result: Candidate[] = [];
    const inCode = this.#code[option];
    if (inCode !== undefined && inCode !== null) result.push({ kind: 'code', name: option, value: inCode });
    for (const name of options[option].env) {
      const value = this.#env[name];
      if (value !== undefined) result.push({ kind: kindOfVariable(name), name, value });
    }
    const found = (this.#discovered as Partial<Record<OptionName, Found>>)[option];
    if (found !== undefined) result.push({ kind: 'kubernetes', name: found.name, value: found.value });
    const inFile = this.#file[option];
    if (inFile !== undefined && inFile !== null) {
      result.push({ kind: 'file', name: `${this.#filePath}: ${option}`, value: inFile });
    }
    return result;
  }

  /** Sets an option to the first of its candidates that is usable, else to the default. */
  #take<N extends OptionName>(option: N, candidates = this.#candidates(option)): void {
    for (const candidate of candidates) {
      const value = this.#parse(option, candidate);
      if (value === undefined) continue;
      if (options[option].yet) {
        if (value !== options[option].default)
          this.#problems.about(option, candidate.name, candidate.value).notYet();
        break;
      }
      this.#settings[option] = value;
      this.#sources[option] = { kind: candidate.kind, name: candidate.name };
      return;
    }
    this.#settings[option] = options[option].default;
    this.#sources[option] = DEFAULT;
  }

  #parse<N extends OptionName>(option: N, { name, value }: Candidate): Settings[N] | undefined {
    const complaints = this.#problems.about(option, name, value);
    try {
      const meaning = options[option].meaning?.[name];
      return options[option].parser.parse(
        meaning === undefined ? value : translated(value, meaning),
        complaints,
      );
    } catch {
      // An object from code whose members throw.
      complaints.invalid('cannot be read');
      return undefined;
    }
  }

  /** Each switch stands for a name in the list of those to leave out, or to use. */
  #takeSwitches(): void {
    for (const { variable, value, name } of switchesIn(this.#env)) {
      const on = yesOrNo.parse(value, this.#problems.about('disabledInstrumentations', variable, value));
      if (on === undefined) continue;
      const list = on ? 'additionalInstrumentations' : 'disabledInstrumentations';
      this.#settings[list] = [...this.#settings[list], name];
    }
  }

  #takeProcessAttributes(): void {
    const joined = joinProcessAttributes(this.#takeAll('resourceAttributes'), this.#takeAll('tags'));
    this.#settings.resourceAttributes = joined.resourceAttributes;
    this.#settings.tags = joined.tags;
    const inAttributes = joined.serviceName;
    if (inAttributes !== undefined && outranks(inAttributes.source, this.#sources.serviceName)) {
      this.#settings.serviceName = inAttributes.value;
      this.#sources.serviceName = inAttributes.source;
    }
  }

  #takeAll(option: 'resourceAttributes' | 'tags'): Given[] {
    const given: Given[] = [];
    for (const candidate of this.#candidates(option)) {
      const pairs = this.#parse(option, candidate);
      if (pairs !== undefined) given.push({ source: { kind: candidate.kind, name: candidate.name }, pairs });
    }
    this.#sources[option] = given[0]?.source ?? DEFAULT;
    return given;
  }

  #takeSampler(): Config['sampler'] {
    const sampler = this.#sources.sampler;
    const withSampler: SourceKind[] = this.#candidates('sampler').map(({ kind }) => kind);
    // JAEGER_SAMPLER_PARAM=100 beside JAEGER_SAMPLER_TYPE=ratelimiting says nothing to OTEL_TRACES_SAMPLER=traceidratio.
    const fitting = this.#candidates('samplerArgument').filter(
      ({ kind }) => kind === sampler.kind || !withSampler.includes(kind),
    );
    this.#take('samplerArgument', fitting);
    const settings = this.#settings;
    if (settings.enable) return joinSampler('parentbased_always_on', undefined, () => {});
    const argument = this.#remoteArgument();
    const { name } = this.#sources.samplerArgument;
    if (argument !== undefined && sampler.kind === 'default') {
      this.#problems.about('sampler', name, argument).invalid('is given without a sampler');
    }
    const joined = joinSampler(settings.sampler, argument, (problem) =>
      this.#problems.about('samplerArgument', name, argument).invalid(problem),
    );
    settings.samplerArgument = joined.argument;
    return joined;
  }

  /** The number of the sampler's argument; a remote sampler's other parts go to their own settings. */
  #remoteArgument(): number | undefined {
    const settings = this.#settings;
    const sources = this.#sources;
    const given = settings.samplerArgument;
    if (typeof given !== 'object') return given;
    const source = sources.samplerArgument;
    if (given.endpoint !== undefined && !outranks(sources.samplingEndpoint, source)) {
      settings.samplingEndpoint = given.endpoint;
      sources.samplingEndpoint = source;
    }
    if (given.pollingIntervalMs !== undefined && !outranks(sources.samplingRefreshIntervalMillis, source)) {
      settings.samplingRefreshIntervalMillis = given.pollingIntervalMs;
      sources.samplingRefreshIntervalMillis = source;
    }
    return given.initialSamplingRate;
  }

  #limitBatch(): void {
    const { maxQueueSize, maxExportBatchSize } = this.#settings;
    if (maxExportBatchSize <= maxQueueSize) return;
    const { kind, name } = this.#sources.maxExportBatchSize;
    this.#settings.maxExportBatchSize = maxQueueSize;
    if (kind === 'default') return;
    this.#problems
      .about('maxExportBatchSize', name, maxExportBatchSize)
      .invalid(`is more than the ${maxQueueSize} of the queue`);
  }

  /** Files are read only where nothing names the service, and someone will see the name. */
  #nameService(): void {
    const { mainScript, directory = '', readFile } = this.#input;
    if (this.#sources.serviceName.kind !== 'default' || this.#settings.disabled || readFile === undefined)
      return;
    const found = findPackageName(mainScript, directory, readFile);
    if (found === undefined) return;
    this.#settings.serviceName = found.value;
    this.#sources.serviceName = { kind: 'package', name: found.file };
  }

  #readCode(code: unknown): Values {
    if (typeof code !== 'object' || code === null) return {};
    try {
      const values = { ...code };
      for (const { name, suggestion } of unknownOptions(values)) this.#problems.unknown(name, suggestion);
      return values;
    } catch {
      this.#problems.about('configFile', 'options', code).invalid('cannot be read');
      return {};
    }
  }

  #readConfigFile(): void {
    const path = this.#settings.configFile;
    const { readFile } = this.#input;
    if (path === undefined || readFile === undefined) return;
    const values = parseFile(path, readFile);
    if (typeof values === 'string') {
      this.#problems.file(path, values);
      return;
    }
    this.#file = values;
    this.#filePath = path;
    for (const { name, suggestion } of unknownOptions(values)) {
      this.#problems.unknown(`${path}: ${name}`, suggestion);
    }
  }
}

/** A list with its words replaced by what they mean in the variable that it stands in. */
function translated(value: unknown, meaning: Readonly<Record<string, string>>): unknown {
  if (typeof value !== 'string') return value;
  const words = value.split(',').map((word) => word.trim());
  return words.map((word) => (Object.hasOwn(meaning, word) ? meaning[word] : word)).join(',');
}

/** The file's options, or what is wrong with it. The parser's own message would quote the file, secrets included. */
function parseFile(path: string, readFile: ReadFile): Values | string {
  let content: string | undefined;
  try {
    content = readFile(path);
    if (content === undefined) return 'it does not exist';
  } catch (error) {
    const code = (error as { code?: unknown } | undefined)?.code;
    return typeof code === 'string' ? `it cannot be read (${code})` : 'it cannot be read';
  }
  try {
    const values: unknown = JSON.parse(content.charCodeAt(0) === 0xfeff ? content.slice(1) : content);
    return typeof values === 'object' && values !== null && !Array.isArray(values)
      ? (values as Values)
      : 'it does not hold a JSON object';
  } catch (error) {
    const position = /position (\d+)/.exec(String((error as Error).message))?.[1];
    return position === undefined ? 'it is not JSON' : `it is not JSON from position ${position} on`;
  }
}
