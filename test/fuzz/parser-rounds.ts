/**
 * Random and mutated input for every parser that reads what comes from outside: settings, sampling rules, strategies,
 * headers, URLs, SQL, Thrift, files of the spool. Nothing throws but what a parser says it throws; values don't show.
 */
import assert from 'node:assert/strict';
import { propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { optionNames, options } from '../../src/config/options';
import { resolveConfig } from '../../src/config/resolve';
import { setLogWriter } from '../../src/diagnostics/log';
import { readHead, readList } from '../../src/patch/http/header-forms';
import {
  fullUrl,
  hostName,
  hostPort,
  pathOf,
  recordedQuery,
  withoutUserinfo,
} from '../../src/patch/http/url';
import { type Dialect, grammars } from '../../src/patch/sql/dialect';
import { QueryText } from '../../src/patch/sql/query-text';
import { createPropagator } from '../../src/propagate/create-propagator';
import { parseStrategy } from '../../src/sample/remote/strategy';
import { BatchPacket } from '../../src/send/encode/batch-packet';
import { encodeProcess } from '../../src/send/encode/process-encoder';
import { encodeHeader, readRecords, WAITING } from '../../src/send/transport/spool-record';
import { decodeBatch, decodeEmitBatch } from '../../src/thrift/batch-decoder';
import { ThriftError } from '../../src/thrift/reader';
import { Random, spanPopulation } from '../support/span-population';

/** One call of one parser with what `random` gives; throws where the parser does what it may not. */
export type Round = (random: Random) => void;

const pick = <T>(random: Random, from: readonly T[]): T => random.pick(from);

/** Text of the pieces that a parser looks for, and of characters of all kinds. */
function pieces(random: Random, words: readonly string[], most = 12): string {
  let text = '';
  for (let left = random.below(most) + 1; left > 0; left--) {
    const kind = random.below(8);
    if (kind < 5) text += pick(random, words);
    else if (kind < 6) text += String.fromCharCode(random.below(0x10000));
    else if (kind < 7) text += pick(random, words).repeat(random.below(30));
    else text += String.fromCharCode(32 + random.below(95)).repeat(1 + random.below(40));
  }
  return text;
}

/** The same bytes with some changed, cut off, doubled. */
function mutated(random: Random, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let left = random.below(8); left > 0; left--) copy[random.below(copy.length)] = random.below(256);
  switch (random.below(4)) {
    case 0:
      return copy.subarray(0, random.below(copy.length));
    case 1:
      return Buffer.concat([copy.subarray(random.below(copy.length)), copy]);
    case 2:
      copy.writeUInt32BE(random.below(2 ** 31) * 2, random.below(copy.length - 4));
      return copy;
    default:
      return copy;
  }
}

const variables = optionNames.flatMap((name) => options[name].env);
const SETTING_WORDS =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the pieces of settings that variables are to be put into
  'http://|tcp://|${|}|:|=|,|%|%41|%zz|@|[|]|/|?|6831|none|b3|drop |keep |ratio=|rate=|path=|route=|header.x=|*|;|"|\\|{"a":{}}|{|1e9|-1|3%|ms|__proto__|\n'.split(
    '|',
  );

const settings: Round = (random) => {
  const env: Record<string, string> = {};
  for (let left = random.below(5) + 1; left > 0; left--)
    env[pick(random, variables)] = pieces(random, SETTING_WORDS);
  const { config, problems } = resolveConfig({
    env,
    readFile: () => pieces(random, ['{', '}', '"tags":', '1', ',']),
  });
  assert.equal(typeof config.serviceName, 'string');
  for (const { name } of problems) assert.equal(typeof name, 'string');
};

const HEADER_WORDS =
  '00-|ff-|-01|-00|:|0|1|d|%3A|%3a|,|;|=| |0af7651916cd43dd8448eb211c80319c|b7ad6b7169203331|key=value|%E0%A4%A|%41|@|tenant@system=v|__proto__=x'.split(
    '|',
  );
const HEADER_NAMES =
  'traceparent tracestate baggage uber-trace-id uberctx-a uberctx-__proto__ jaeger-baggage jaeger-debug-id b3 x-b3-traceid x-b3-spanid x-b3-sampled x-b3-flags x-noted'.split(
    ' ',
  );
const propagator = createPropagator(['tracecontext', 'baggage', 'jaeger', 'b3', 'b3multi'], {}, ['x-noted']);
const getter = {
  keys: (carrier: object) => Object.keys(carrier),
  get: (carrier: any, key: string) => (Object.hasOwn(carrier, key) ? carrier[key] : undefined),
};
const setter = {
  set(carrier: any, key: string, value: string) {
    carrier[key] = value;
  },
};

const headers: Round = (random) => {
  const carrier: Record<string, unknown> = {};
  for (let left = random.below(6) + 1; left > 0; left--) {
    const value = pieces(random, HEADER_WORDS);
    carrier[pick(random, HEADER_NAMES)] = random.below(8) === 0 ? [value, value] : value;
  }
  const context = propagator.extract(ROOT_CONTEXT, carrier, getter);
  const span = trace.getSpanContext(context);
  if (span !== undefined) {
    assert.match(span.traceId, /^(?!0+$)[0-9a-f]{32}$/);
    assert.match(span.spanId, /^(?!0+$)[0-9a-f]{16}$/);
  }
  assert.ok((propagation.getBaggage(context)?.getAllEntries().length ?? 0) <= 192);
  // What came in can be sent on as it is: Node takes these as headers.
  const out: Record<string, string> = {};
  propagator.inject(context, out, setter);
  for (const [name, value] of Object.entries(out)) {
    assert.match(name, /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/);
    assert.match(value, /^[\x20-\x7e]*$/);
  }
};

const STRATEGY_WORDS =
  '{|}|[|]|"operationSampling":|"perOperationStrategies":|"strategyType":|"PROBABILISTIC"|1|0.5|-1|1e400|null|,|"samplingRate":|"operation":|"__proto__":{}|"probabilisticSampling":{"samplingRate":0.5}'.split(
    '|',
  );
const strategies: Round = (random) => {
  try {
    const strategy = parseStrategy(`{${pieces(random, STRATEGY_WORDS)}}`);
    if (strategy.type === 'probabilistic') assert.ok(strategy.rate >= 0 && strategy.rate <= 1);
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    assert.ok(error instanceof Error);
  }
};

const URL_WORDS =
  'http://|https://|user:pass@|host|[::1]|:80|:|/|//|?|&|=|token=secret|#|%41|%|..|\\|*|;|a=b'.split('|');
const rules = {
  urlQuery: 'redact',
  urlQueryVisible: new Set(['a']),
  urlQueryRedacted: new Set(['sig']),
} as const;
const urls: Round = (random) => {
  const text = pieces(random, URL_WORDS);
  pathOf(text);
  hostName(text);
  hostPort(text);
  const query = recordedQuery(`token=zqhidden&${text}`, rules) ?? '';
  assert.ok(!query.includes('zqhidden'), query);
  const origin = withoutUserinfo('http://user:zqhidden@host');
  assert.ok(!fullUrl(origin, text, rules).includes('zqhidden'));
  readHead(`GET ${text} HTTP/1.1\r\n${text}: ${text}\r\n\r\n`);
  readList([text, text, text]);
};

const SQL_WORDS =
  "SELECT |INSERT INTO |t |VALUES |(|)|,|'|''|\\'|\"|`|$$|$x$|--|/*|*/|#|\n|;|IN |1|0x1F|1.5e3|:a|?|$1|E'|N'|q'[|]'|WHERE |a = |FROM |[|]|{|}".split(
    '|',
  );
const dialects = Object.keys(grammars) as Dialect[];
const sql: Round = (random) => {
  const dialect = pick(random, dialects);
  const query = new QueryText(pieces(random, SQL_WORDS, 40), dialect);
  assert.ok(query.text.length <= 4_097 && query.summary.length <= 255);
  // A literal that closes stays hidden, whatever comes behind it.
  const hidden = new QueryText(`SELECT 'zqhidden', 4242424242 ${pieces(random, SQL_WORDS, 20)}`, dialect);
  assert.ok(!hidden.text.includes('zqhidden') && !hidden.text.includes('4242424242'), hidden.text);
  assert.ok(!hidden.summary.includes('zqhidden'), hidden.summary);
};

const STATS = { fullQueueDroppedSpans: 0, tooLargeDroppedSpans: 0, failedToEmitSpans: 0 };
const packets = (['compact', 'binary'] as const).flatMap((protocol) =>
  (['message', 'bare'] as const).map((envelope) => {
    const packet = new BatchPacket({ protocol, envelope, maxBytes: 65_000 });
    const spans = spanPopulation(7, 5);
    packet.setProcess(encodeProcess(protocol, spans[0]!.resource.attributes));
    for (const span of spans) packet.append(span);
    return { envelope, bytes: Buffer.from(packet.finish({ seqNo: 1, stats: STATS })) };
  }),
);
const thrift: Round = (random) => {
  const { envelope, bytes } = pick(random, packets);
  const input = random.below(10) === 0 ? Buffer.from(pieces(random, HEADER_WORDS)) : mutated(random, bytes);
  try {
    const { spans } = envelope === 'message' ? decodeEmitBatch(input) : decodeBatch(input);
    // No list is longer than its bytes can be.
    assert.ok(spans.length <= input.length);
  } catch (error) {
    assert.ok(error instanceof ThriftError, String(error));
  }
};

const spool: Round = (random) => {
  const body = Buffer.from(pieces(random, HEADER_WORDS));
  const record = Buffer.concat([encodeHeader(body, 3), body]);
  const file = mutated(random, Buffer.concat([record, record, Buffer.from([WAITING]), record]));
  const { records } = readRecords(file);
  assert.ok(records.length <= file.length);
};

export const parsers: Readonly<Record<string, Round>> = {
  settings,
  headers,
  strategies,
  urls,
  sql,
  thrift,
  spool,
};

/** Runs all parsers in turns for so long; a failure names parser and seed. @returns rounds of each */
export function fuzzParsers(seed: number, milliseconds: number, leastRounds: number): Record<string, number> {
  const done: Record<string, number> = {};
  const before = setLogWriter(() => {});
  try {
    const until = performance.now() + milliseconds;
    for (let round = 0; round < leastRounds || performance.now() < until; round++) {
      for (const [name, parse] of Object.entries(parsers)) {
        const own = (seed + round * 7919) >>> 0;
        try {
          parse(new Random(own));
        } catch (error) {
          throw new Error(
            `${name} failed with the seed ${own}: node scripts/fuzz.mjs --only ${name} --seed ${own}`,
            {
              cause: error,
            },
          );
        }
        done[name] = (done[name] ?? 0) + 1;
      }
    }
  } finally {
    setLogWriter(before);
  }
  return done;
}
