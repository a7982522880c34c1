export * from './one.js';
export * from './two.js';
export class Client {
  query() {
    return 'clash';
  }
}
// no new line at the end of this file
