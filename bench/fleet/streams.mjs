// Feeds the agent's own samplers, those of src/sample, with the traces of a process, on a clock of our own.
//
// Processes whose sampler is the same and whose load is alike keep the same share: they are one kind, and of each kind
// one process at a time is run until enough traces were kept. So a large fleet costs hardly more than a small one.
import { createRequire } from 'node:module';
import { register } from 'tsx/cjs/api';
import { createRandom } from './random.mjs';

// The source is TypeScript.
register();
const require = createRequire(import.meta.url);
const { ROOT_CONTEXT } = require('@opentelemetry/api');
const { ConstSampler } = require('../../src/sample/const-sampler.ts');
const { OverheadBudget } = require('../../src/sample/overhead-budget.ts');
const { ProbabilisticSampler } = require('../../src/sample/probabilistic-sampler.ts');
const { RateLimitingSampler } = require('../../src/sample/rate-limiting-sampler.ts');
const { RemoteSampler } = require('../../src/sample/remote/remote-sampler.ts');
const { createCounters } = require('../../src/diagnostics/counters.ts');
const { setLogLevel } = require('../../src/diagnostics/log.ts');

// What each process would say of itself says nothing of the fleet.
setLogLevel('none');

/** Kept traces of a kind at which its share is known to about 7 %; to 1 % where all processes are of one kind. */
const ENOUGH = 200;
const ENOUGH_OF_ONE = 10_000;
/** Where fewer are kept: so many traces are asked for, and the share is what came out. */
const MOST = 1_000_000;
/** For all kinds of a fleet: half a minute. What kinds that keep much leave of their part, those after them have. */
const MOST_OF_ALL = 25_000_000;
/** Loads, and rates, that differ by less than this factor are alike. */
const ALIKE = 1.2;
/** Of a process, and then the next one: a process that has run for long has used up its first credits. */
const A_PROCESS = 2_000;
const NOT_RECORD = 0;

/** @returns the shares of traces kept by processes like these, one for each: `sharesOf(streams)` */
export function createStreams({ seed, budget }) {
  return function sharesOf(streams) {
    const kinds = new Map();
    const keys = streams.map((stream) => {
      const key = kind(stream);
      if (!kinds.has(key)) kinds.set(key, middle(stream));
      return key;
    });
    const shares = new Map();
    let left = MOST_OF_ALL;
    // Those that keep the most come first: they need the fewest.
    for (const [key, stream] of [...kinds].sort(byParameter)) {
      const random = createRandom(seed ^ hash(key));
      const most = Math.min(MOST, Math.max(A_PROCESS, left / (kinds.size - shares.size)));
      const { share, asked } =
        stream.type === 'budget' ? runBudget(stream, random, budget) : run(stream, random, most);
      left = Math.max(0, left - asked);
      shares.set(key, share);
    }
    return keys.map((key) => shares.get(key));
  };
}

function byParameter([a, { parameter: ofA }], [b, { parameter: ofB }]) {
  return ofB - ofA || (a < b ? -1 : 1);
}

function kind(stream) {
  const { type, parameter, lowerBound, perSecond } = middle(stream);
  return [type, parameter, lowerBound, isTimed(stream) ? perSecond : ''].join(' ');
}

/** In place of each of a kind, so that the answer doesn't depend on which was asked for first. */
function middle(stream) {
  const { type, parameter, perSecond } = stream;
  return {
    ...stream,
    // Rates that adaptive sampling has found are all different.
    parameter: type === 'operation' ? rounded(parameter) : parameter,
    perSecond: rounded(perSecond),
  };
}

function rounded(value) {
  // A rate of 1 stays one.
  return value > 0 ? ALIKE ** Math.round(Math.log(value) / Math.log(ALIKE)) : value;
}

/** Whether the share depends on how many traces come in a second. */
function isTimed({ type, lowerBound = 0 }) {
  return type === 'ratelimiting' || type === 'budget' || lowerBound > 0;
}

function run(stream, random, most) {
  let kept = 0;
  let asked = 0;
  const enough = isTimed(stream) || stream.type === 'operation' ? ENOUGH : ENOUGH_OF_ONE;
  while (kept < enough && asked < most) {
    let now = 0;
    const sampler = create(stream, () => now);
    // Credits as of a process that has run for a while: used up, and come back in part.
    const limit = stream.type === 'ratelimiting' ? stream.parameter : (stream.lowerBound ?? 0);
    const credits = limit > 0 ? Math.max(1, limit) : 0;
    for (let at = 0; at < credits; at++) sampler.shouldSample(ROOT_CONTEXT, UNLIKELY, OPERATION);
    if (limit > 0) now += (random.next() / limit) * 1e3;
    for (let at = 0; at < A_PROCESS; at++) {
      now += random.gap(stream.perSecond) * 1e3;
      asked++;
      if (sampler.shouldSample(ROOT_CONTEXT, random.traceId(), OPERATION).decision !== NOT_RECORD) kept++;
    }
  }
  return { share: kept / asked, asked };
}

const OPERATION = 'operation';
/** Kept by no rate below 1. */
const UNLIKELY = `${'0'.repeat(24)}ffffffff`;

function create({ type, parameter, lowerBound }, clock) {
  switch (type) {
    case 'const':
      return new ConstSampler(parameter !== 0);
    case 'probabilistic':
      return new ProbabilisticSampler(parameter);
    case 'ratelimiting':
      return new RateLimitingSampler(parameter, clock);
    case 'operation': {
      const sampler = new RemoteSampler({ initialRate: 0, maxOperations: 2_000, clock });
      const operations = [{ operation: OPERATION, rate: parameter }];
      sampler.update({ type: 'operations', defaultRate: 0, lowerBound, operations });
      return sampler;
    }
  }
  throw new Error(`no sampler ${type}`);
}

const SECONDS = 120;
/** The share of a span's cost that its end has, in src/sample/overhead-budget.ts. */
const END = 1 / 4;

/** A process whose every trace would be kept, after it has had two minutes to find what it can afford. */
function runBudget({ parameter, perSecond }, random, { spans, requestMicros, spanMicros }) {
  let now = 0;
  let active = 0;
  const next = { onStart() {}, onEnd: () => (now += (spanMicros * END) / 1e3) };
  const budget = new OverheadBudget({
    budget: parameter,
    hasDetail: false,
    onDetail() {},
    flagsOf: () => 0,
    counters: createCounters(),
    loop: () => ({ active, idle: Math.max(0, 1_000 - active) }),
    now: () => now,
  });
  const sampler = budget.sampler(new ConstSampler(true));
  const measured = budget.measured(next);
  let kept = 0;
  let asked = 0;
  for (let second = 0; second < SECONDS; second++) {
    let spansNow = 0;
    const requests = random.count(perSecond);
    for (let at = 0; at < requests; at++) {
      const keep = sampler.shouldSample(ROOT_CONTEXT, random.traceId()).decision !== NOT_RECORD;
      if (second >= SECONDS / 2) {
        asked++;
        if (keep) kept++;
      }
      if (!keep) continue;
      for (let span = 0; span < spans; span++) measured.onEnd(undefined);
      spansNow += spans;
    }
    active = (requests * requestMicros + spansNow * spanMicros) / 1e3;
    budget.look();
  }
  return { share: asked === 0 ? 1 : kept / asked, asked };
}

function hash(text) {
  let value = 2166136261;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 16777619);
  return value >>> 0;
}
