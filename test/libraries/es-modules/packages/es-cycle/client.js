import connect, * as barrel from './index.js';
import { Pool } from './pool.js';

// A hoisted function of the barrel is usable before the barrel has run.
export const early = `${typeof connect} ${connect.name} ${Reflect.ownKeys(barrel).length}`;
export class Client {
  constructor(url) {
    this.url = url;
  }
  query(text) {
    return `${text} at ${this.url}`;
  }
  pool() {
    return new Pool(this);
  }
}
