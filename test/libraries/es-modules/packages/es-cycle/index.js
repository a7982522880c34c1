// A barrel that its own files import: each is evaluated before the barrel is.
/* export default nothing here */
export * from './client.js';
export { Pool, Pool as Cluster } from './pool.js';
export default function connect(url) {
  return new Client(url);
}

import { Client } from './client.js';
