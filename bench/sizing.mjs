// What Jaeger needs for a load: partitions, disks, collectors and what a million spans cost. The arithmetic of docs/scale.md.
//   node bench/sizing.mjs --spans 40000 --bytes 300        all inputs: --help
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

/** What they are without being given, and what they mean. Prices and what a machine does are examples: fill in your own. */
export const INPUTS = {
  spans: [10_000, 'kept spans a second, at the busiest'],
  average: [0.5, 'of these, on average over a day: 0 to 1'],
  bytes: [430, 'bytes of a span on the wire'],
  'stored-factor': [1.5, 'bytes that the storage writes for each of these, indexes included: measure yours'],
  'storage-copies': [2, 'copies that the storage keeps'],
  'retention-days': [7, 'days that the storage keeps spans'],
  'kafka-copies': [3, 'copies that Kafka keeps'],
  'kafka-hours': [24, 'hours that Kafka keeps spans'],
  'partition-rate': [5e6, 'bytes a second that one partition takes: measure yours'],
  'ingester-rate': [10_000, 'spans a second that one ingester writes: measure yours'],
  'collector-rate': [10_000, 'spans a second of one collector with one core: measure yours'],
  headroom: [0.7, 'share of that which is used at the busiest, as the autoscaler aims at'],
  'price-core-hour': [0, 'of a core, an hour'],
  'price-gigabyte-month': [0, 'of a gigabyte of disk, a month'],
};

const DAY = 86_400;
const MONTH_HOURS = 730;

/** @param inputs by the names of INPUTS */
export function size(inputs) {
  const atPeak = inputs.spans;
  const onAverage = inputs.spans * inputs.average;
  const bytesPerSecond = atPeak * inputs.bytes;
  const storedPerDay = onAverage * DAY * inputs.bytes * inputs['stored-factor'] * inputs['storage-copies'];
  const stored = storedPerDay * inputs['retention-days'];
  const kafka = onAverage * inputs['kafka-hours'] * 3600 * inputs.bytes * inputs['kafka-copies'];
  const ingesters = Math.ceil(atPeak / inputs['ingester-rate'] / inputs.headroom);
  const collectors = Math.max(2, Math.ceil(atPeak / inputs['collector-rate'] / inputs.headroom));
  // As many as the bytes need, and no fewer than the ingesters that read them.
  const partitions = Math.max(
    ingesters,
    Math.ceil(bytesPerSecond / inputs['partition-rate'] / inputs.headroom),
  );
  const spansPerMonth = onAverage * 3600 * MONTH_HOURS;
  const costPerMonth =
    (collectors + ingesters) * MONTH_HOURS * inputs['price-core-hour'] +
    ((stored + kafka) / 1e9) * inputs['price-gigabyte-month'];
  return {
    bytesPerSecond,
    collectors,
    partitions,
    ingesters,
    kafkaBytes: kafka,
    storedBytesPerDay: storedPerDay,
    storedBytes: stored,
    costPerMillionSpans: (costPerMonth / spansPerMonth) * 1e6,
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();

function main() {
  try {
    const inputs = readInputs(process.argv.slice(2));
    if (inputs === undefined) {
      for (const [name, [fallback, text]] of Object.entries(INPUTS))
        console.log(`  --${`${name} ${fallback}`.padEnd(28)}${text}`);
      return;
    }
    for (const [name, value] of Object.entries(size(inputs))) console.log(`${name.padEnd(22)}${value}`);
  } catch (error) {
    console.error(`sizing: ${error.message}\nAll inputs: node bench/sizing.mjs --help`);
    process.exitCode = 2;
  }
}

function readInputs(args) {
  const options = Object.fromEntries(Object.keys(INPUTS).map((name) => [name, { type: 'string' }]));
  const { values } = parseArgs({ args, options: { ...options, help: { type: 'boolean', short: 'h' } } });
  if (values.help) return undefined;
  return Object.fromEntries(
    Object.entries(INPUTS).map(([name, [fallback]]) => {
      const text = values[name];
      const value = text === undefined ? fallback : text.trim() === '' ? Number.NaN : Number(text);
      const free = name.startsWith('price-');
      if (!(free ? value >= 0 : value > 0) || value === Number.POSITIVE_INFINITY)
        throw new Error(`--${name} ${text}: not a number ${free ? 'from 0 on' : 'above 0'}`);
      if (['average', 'headroom'].includes(name) && value > 1) throw new Error(`--${name} ${text}: above 1`);
      return [name, value];
    }),
  );
}
