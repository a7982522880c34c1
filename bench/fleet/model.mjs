// A fleet: services that begin traces, the operations that they begin them with, and how often.
import { createRandom } from './random.mjs';

/**
 * Of a size and a seed. Few services and operations have most of the load, as in real fleets: the n-th has 1/n^skew of
 * the first.
 */
export function makeFleet({ services, traces, operations, skew, capacity, seed }) {
  const random = createRandom(seed);
  const rates = shares(services, skew).map((share) => share * traces);
  return rates.map((perSecond, index) => {
    const count = Math.max(1, Math.round(operations * (0.5 + random.next())));
    return {
      name: `service-${index + 1}`,
      // At least two, so that one may end.
      processes: Math.max(2, Math.ceil(perSecond / capacity)),
      operations: shares(count, skew).map((share, at) => ({
        name: `operation-${at + 1}`,
        perSecond: share * perSecond,
      })),
    };
  });
}

/** Of a file: `{ "services": [{ "name": "shop", "processes": 2, "operations": { "GET /orders/:id": 12.5 } }] }` */
export function readFleet(text) {
  const { services } = object(JSON.parse(text), 'the file');
  if (!Array.isArray(services) || services.length === 0) throw new Error('"services" is no list of services');
  return services.map((each, index) => {
    const { name, processes = 1, operations } = object(each, `service ${index + 1}`);
    if (typeof name !== 'string' || name === '') throw new Error(`service ${index + 1} has no "name"`);
    if (!Number.isInteger(processes) || processes < 1)
      throw new Error(`"processes" of ${name} is no whole number from 1 on`);
    const rates = Object.entries(object(operations, `"operations" of ${name}`));
    if (rates.length === 0) throw new Error(`${name} has no operations`);
    for (const [operation, perSecond] of rates)
      if (typeof perSecond !== 'number' || !(perSecond > 0))
        throw new Error(`${name}: the rate of ${operation} is no number above 0`);
    return {
      name,
      processes,
      operations: rates.map(([operation, perSecond]) => ({ name: operation, perSecond })),
    };
  });
}

/** Of a whole, for `count` parts. */
function shares(count, skew) {
  const weights = Array.from({ length: count }, (_, at) => (at + 1) ** -skew);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function object(value, what) {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${what} is no object`);
  return value;
}
