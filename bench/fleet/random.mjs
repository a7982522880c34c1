// Numbers that look random and come again with the same seed.

/** Two bytes as hexadecimal digits: most of the time goes into trace ids. */
const HALVES = Array.from({ length: 0x10000 }, (_, value) => value.toString(16).padStart(4, '0'));

const ZEROS = '0'.repeat(24);

/** mulberry32: 32 bits of state, enough for a model. Numbers from 0 to below 1. */
export function createRandom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  /** The time until the next of events that come independently, `rate` in a unit of time. */
  const gap = (rate) => -Math.log(1 - next()) / rate;
  const word = () => {
    const value = Math.floor(next() * 2 ** 32);
    return HALVES[value >>> 16] + HALVES[value & 0xffff];
  };
  return {
    next,
    gap,
    /** How many of them come where `mean` are expected. */
    count(mean) {
      // Of many, the bell curve is near enough, and quick.
      if (mean > 20) return Math.max(0, Math.round(mean + Math.sqrt(mean) * bell()));
      const least = Math.exp(-mean);
      let count = 0;
      for (let left = next(); left > least; left *= next()) count++;
      return count;
    },
    /** Samplers fold an id to 32 bits: as many are random. */
    traceId: () => ZEROS + word(),
  };

  function bell() {
    return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  }
}
