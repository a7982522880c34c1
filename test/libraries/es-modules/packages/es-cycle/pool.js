import * as barrel from './index.js';

export class Pool {
  constructor(client) {
    this.isClient = client instanceof barrel.Client;
    this.sameClient = barrel.default('x') instanceof barrel.Client;
  }
}
